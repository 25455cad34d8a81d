#include "framework/autodiff/elementwise.hpp"

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/reduce.hpp"
#include "tests/autodiff/elementwise_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using testing::equal_to;

namespace {
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
}  // namespace

TEST_CASE("elementwise ops are the standard library's functions, for any length", "[elementwise]") {
  testing::check_elementwise_values();
}

TEST_CASE("an elementwise op keeps the shape of its argument", "[elementwise]") {
  Tape tape;
  tape.reset({});
  const Var x = tape.constant(std::vector<Real>(24, 1), {2, 3, 4});
  CHECK(tape.shape(tanh(tape, x)) == Shape{2, 3, 4});
  CHECK(tape.shape(exp(tape, tape.constant(std::vector<Real>{1}, {}))) == Shape{});
}

TEST_CASE("NaN passes through every elementwise op", "[elementwise]") {
  for (const testing::ElementwiseCase& c : testing::elementwise_cases()) {
    INFO(c.name);
    Tape tape;
    tape.reset({});
    const Var y = c.op(tape, tape.constant(std::vector<Real>{1, kNan, 2}, {3}));
    CHECK_FALSE(std::isnan(tape.value(y)[0]));
    CHECK(std::isnan(tape.value(y)[1]));
    CHECK_FALSE(std::isnan(tape.value(y)[2]));
  }
}

TEST_CASE("clamp and relu cut infinities", "[elementwise]") {
  Tape tape;
  tape.reset({});
  const Var x = tape.constant(std::vector<Real>{-kInfinity, kInfinity, -3, 3}, {4});
  CHECK_THAT(tape.value(clamp(tape, x, 3)), equal_to({-3, 3, -3, 3}));
  CHECK_THAT(tape.value(relu(tape, x)), equal_to({0, kInfinity, 0, 3}));
}

TEST_CASE("the gradient is zero where clamp clips, and whole at the limit itself", "[elementwise]") {
  testing::Leaves leaves({{{1, 4}, {-4, -3, 3, 4}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(sum(tape, clamp(tape, Var{0}, 3)));
  CHECK_THAT(leaves.gradient(0), equal_to({0, 1, 1, 0}));
}

TEST_CASE("what is beyond its limit feels the part of its gradient that leads back", "[elementwise]") {
  testing::Leaves leaves({{{2, 5}, {-4, -3, 0, 3, 4, -4, -3, 0, 3, 4}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var held = hold_within(tape, Var{0}, 3);
  CHECK_THAT(tape.value(held), equal_to({-3, -3, 0, 3, 3, -3, -3, 0, 3, 3}));
  const Var signs = tape.constant(std::vector<Real>{1, 1, 1, 1, 1, -1, -1, -1, -1, -1}, {2, 5});
  tape.backward(sum(tape, multiply(tape, held, signs)));
  // Descending along +1 lowers x, which brings 4 back and would take -4 further away; along -1 it is the other way round.
  CHECK_THAT(leaves.gradient(0), equal_to({0, 1, 1, 1, 1, -1, -1, -1, -1, 0}));
  tape.reset(leaves.all());
  tape.backward(sum(tape, multiply(tape, hold_within(tape, Var{0}, 3),
                                   tape.constant(std::vector<Real>(10, kNan), {2, 5}))));
  CHECK(std::isnan(leaves.gradient(0)[0]));
}

TEST_CASE("the gradient of the logarithm at zero is infinite", "[elementwise]") {
  testing::Leaves leaves({{{}, {0}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(log(tape, Var{0}));
  CHECK(leaves.gradient(0)[0] == kInfinity);
}
