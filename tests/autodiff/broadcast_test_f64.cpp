#include "framework/autodiff/broadcast.hpp"

#include "framework/autodiff/gradient_check.hpp"
#include "tests/autodiff/broadcast_cases.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

TEST_CASE("in double ops of two arguments broadcast as numpy does", "[broadcast]") {
  testing::check_broadcast_values();
}

TEST_CASE("gradients of broadcast arguments are summed over what was repeated", "[broadcast][gradient]") {
  for (const testing::BinaryCase& c : testing::binary_cases()) {
    for (const testing::BroadcastCase& shapes : testing::broadcast_cases()) {
      INFO(c.name << " of " << to_string(shapes.a) << " and " << to_string(shapes.b));
      CHECK(check_gradients({shapes.a, GradientInput::uniform(shapes.b, 1, 2)},
                            [&](Tape& tape, Inputs in) { return c.op(tape, in[0], in[1]); }) < 1e-9);
    }
  }
}

TEST_CASE("an argument may stand on both sides, or on one beside a constant", "[broadcast][gradient]") {
  for (const testing::BinaryCase& c : testing::binary_cases()) {
    INFO(c.name);
    CHECK(check_gradients({GradientInput::uniform({2, 5}, 1, 2)}, [&](Tape& tape, Inputs in) {
            const Var fixed = tape.constant(std::vector<Real>{3, -2, 1, 5, 7}, {5});
            return std::vector<Var>{c.op(tape, in[0], in[0]), c.op(tape, in[0], fixed),
                                    c.op(tape, fixed, in[0]), in[0]};
          }) < 1e-9);
  }
}

TEST_CASE("the gradients of (a + b) · (a - b) / c are those worked out by hand", "[broadcast]") {
  testing::Leaves leaves({{{}, {5}}, {{}, {3}}, {{}, {2}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var a{0}, b{1}, c{2};
  const Var y = divide(tape, multiply(tape, add(tape, a, b), subtract(tape, a, b)), c);
  tape.backward(y);
  CHECK_THAT(tape.value(y), testing::equal_to({8}));        // (25 - 9) / 2
  CHECK_THAT(leaves.gradient(0), testing::equal_to({5}));   // 2a / c
  CHECK_THAT(leaves.gradient(1), testing::equal_to({-3}));  // -2b / c
  CHECK_THAT(leaves.gradient(2), testing::equal_to({-4}));  // -(a² - b²) / c²
}
