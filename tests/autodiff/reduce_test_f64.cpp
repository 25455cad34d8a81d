#include "framework/autodiff/reduce.hpp"

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "tests/autodiff/reduce_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

TEST_CASE("in double sums and softmax are those of loops", "[reduce]") {
  testing::check_sums();
  testing::check_softmax_values();
}

TEST_CASE("sums have the gradient of central differences, also beside other uses", "[reduce][gradient]") {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    INFO("axis " << axis);
    CHECK(check_gradients({{3, 4, 5}}, [&](Tape& tape, Inputs in) {
            const Var once = exp(tape, sum(tape, in[0], axis));
            return std::vector<Var>{once, sum(tape, in[0], axis), sum(tape, in[0])};
          }) < 1e-8);
  }
}

TEST_CASE("softmax has the gradient of central differences", "[reduce][gradient]") {
  for (const std::size_t n : {7U, 15U, 16U, 17U, 33U}) {
    INFO("rows of " << n);
    CHECK(check_gradients({{3, n}}, [](Tape& tape, Inputs in) { return softmax(tape, in[0]); }) < 1e-8);
    CHECK(check_gradients({{2, n}}, [](Tape& tape, Inputs in) {
            return std::vector<Var>{softmax(tape, in[0]), softmax(tape, in[0]), exp(tape, in[0])};
          }) < 1e-8);
  }
}

TEST_CASE("softmax is what exp, sum and divide make, values and gradients", "[reduce]") {
  const Shape shape{4, 19};
  std::vector<Real> x = testing::random_values(shape.size(), "x");
  const std::vector<Real> cotangent = testing::random_values(shape.size(), "cotangent");
  std::vector<Real> gradient(shape.size());
  const auto run = [&](auto f) {
    const Leaf leaf{x.data(), gradient.data(), shape};
    Tape tape;
    tape.reset({&leaf, 1});
    const Var y = f(tape);
    tape.backward(sum(tape, multiply(tape, y, tape.constant(cotangent, shape))));
    std::vector<Real> all(tape.value(y).begin(), tape.value(y).end());
    all.insert(all.end(), gradient.begin(), gradient.end());
    return all;
  };
  const auto composed = run([](Tape& tape) {
    const Var e = exp(tape, Var{0});
    return divide(tape, e, sum(tape, e, 1));
  });
  CHECK_THAT(run([](Tape& tape) { return softmax(tape, Var{0}); }), testing::close_to(composed, 1e-13));
}
