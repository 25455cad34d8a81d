#include "framework/autodiff/elementwise.hpp"

#include "framework/autodiff/gradient_check.hpp"
#include "tests/autodiff/elementwise_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("in double elementwise ops are the standard library's functions, for any length", "[elementwise]") {
  testing::check_elementwise_values();
}

TEST_CASE("elementwise ops have the gradient of central differences", "[elementwise][gradient]") {
  for (const testing::ElementwiseCase& c : testing::elementwise_cases()) {
    for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
      INFO(c.name << " of " << n << " numbers");
      // The argument itself is an output too, so that something depends on it where relu and clamp are constant.
      const auto op = [&](Tape& tape, std::span<const Var> in) {
        return std::vector<Var>{c.op(tape, in[0]), in[0]};
      };
      // Smooth on each of these ranges: relu and clamp bend at 0 and ±0.75 only.
      CHECK(check_gradients({GradientInput::uniform({n}, 0.1, 0.7)}, op) < 1e-8);
      CHECK(check_gradients({GradientInput::uniform({n}, 0.8, 2)}, op) < 1e-8);
      if (!c.positive) {
        CHECK(check_gradients({GradientInput::uniform({n}, -0.7, -0.1)}, op) < 1e-8);
        CHECK(check_gradients({GradientInput::uniform({n}, -2, -0.8)}, op) < 1e-8);
      }
    }
  }
}

TEST_CASE("elementwise ops add to a gradient that is there already", "[elementwise][gradient]") {
  for (const testing::ElementwiseCase& c : testing::elementwise_cases()) {
    INFO(c.name);
    CHECK(check_gradients({GradientInput::uniform({17}, 0.1, 0.7)}, [&](Tape& tape, std::span<const Var> in) {
            return std::vector<Var>{c.op(tape, in[0]), c.op(tape, in[0]), affine(tape, in[0], 2, 1)};
          }) < 1e-8);
  }
}
