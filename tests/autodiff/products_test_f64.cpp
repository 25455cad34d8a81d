#include "framework/autodiff/products.hpp"

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "tests/autodiff/products_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

TEST_CASE("in double products on the tape are those of loops", "[products]") {
  testing::check_matmul_values();
  testing::check_linear_values();
}

TEST_CASE("matmul has the gradient of central differences", "[products][gradient]") {
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    INFO("n = " << n);
    CHECK(check_gradients({{2, 3}, {3, n}},
                          [](Tape& tape, Inputs in) { return matmul(tape, in[0], in[1]); }) < 1e-9);
    CHECK(check_gradients({{2, 2, 3}, {2, 3, n}}, [](Tape& tape, Inputs in) {
            return std::vector<Var>{matmul(tape, in[0], in[1]), exp(tape, in[0]), exp(tape, in[1])};
          }) < 1e-8);
  }
  // Both factors the same value, and one of them constant.
  CHECK(check_gradients({{3, 3}}, [](Tape& tape, Inputs in) {
          const Var fixed = tape.constant(std::vector<Real>{1, 2, 3, 4, 5, 6, 7, 8, 10}, {3, 3});
          return std::vector<Var>{matmul(tape, in[0], in[0]), matmul(tape, fixed, in[0]),
                                  matmul(tape, in[0], fixed)};
        }) < 1e-9);
}

TEST_CASE("a matrix without rows has a product without rows", "[products]") {
  const std::vector<Real> values(6, 1);
  Tape tape;
  tape.reset({});
  const Var none = tape.constant({}, {0, 2}), right = tape.constant(values, {2, 3});
  CHECK(tape.shape(matmul(tape, none, right)) == Shape{0, 3});
  CHECK(tape.shape(matmul(tape, tape.constant({}, {4, 0, 2}), tape.constant({}, {4, 2, 0}))) ==
        Shape{4, 0, 0});
}

TEST_CASE("linear has the gradient of central differences in its weight and all its parts",
          "[products][gradient]") {
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t rows : {1U, 3U, 5U}) {
      INFO("[" << rows << ", 2 + 3] to " << n);
      const auto f = [](bool bias) {
        return [bias](Tape& tape, Inputs in) { return linear(tape, in[0], in.subspan(1), bias); };
      };
      CHECK(check_gradients({{6, n}, {rows, 2}, {rows, 3}}, f(true)) < 1e-9);
      CHECK(check_gradients({{5, n}, {rows, 2}, {rows, 3}}, f(false)) < 1e-9);
    }
  }
}
