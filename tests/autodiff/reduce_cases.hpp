// Sums and softmax by loops.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "framework/autodiff/reduce.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

inline constexpr double kReduceTolerance = 64 * static_cast<double>(std::numeric_limits<Real>::epsilon());

inline void check_sums() {
  const Shape shape{2, 3, 4, 5};
  const std::vector<Real> x = random_values(shape.size(), "x");
  for (std::size_t axis = 0; axis < 4; ++axis) {
    INFO("axis " << axis);
    Shape result = shape;
    result[axis] = 1;
    std::vector<double> expected(result.size(), 0.0);
    std::size_t at = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        for (std::size_t k = 0; k < 4; ++k) {
          for (std::size_t l = 0; l < 5; ++l, ++at) {
            std::size_t index[] = {i, j, k, l};
            index[axis] = 0;
            expected[((index[0] * result[1] + index[1]) * result[2] + index[2]) * result[3] + index[3]] +=
                static_cast<double>(x[at]);
          }
        }
      }
    }
    Tape tape;
    tape.reset({});
    const Var y = sum(tape, tape.constant(x, shape), axis);
    CHECK(tape.shape(y) == result);
    CHECK_THAT(tape.value(y), close_to(expected, kReduceTolerance));
  }
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    const std::vector<Real> row = random_values(n, "row");
    double expected = 0;
    for (const Real v : row) expected += static_cast<double>(v);
    Tape tape;
    tape.reset({});
    const Var y = sum(tape, tape.constant(row, {n}));
    CHECK(tape.shape(y) == Shape{});
    CHECK(std::abs(static_cast<double>(tape.value(y)[0]) - expected) <
          kReduceTolerance * static_cast<double>(n));
  }
}

inline void check_softmax_values() {
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    INFO("rows of " << n);
    const std::vector<Real> x = random_values(3 * n, "x");
    std::vector<double> expected;
    for (std::size_t row = 0; row < 3; ++row) {
      double total = 0;
      for (std::size_t i = 0; i < n; ++i) total += std::exp(static_cast<double>(x[row * n + i]));
      for (std::size_t i = 0; i < n; ++i)
        expected.push_back(std::exp(static_cast<double>(x[row * n + i])) / total);
    }
    Tape tape;
    tape.reset({});
    const Var y = softmax(tape, tape.constant(x, {3, n}));
    CHECK(tape.shape(y) == Shape{3, n});
    CHECK_THAT(tape.value(y), close_to(expected, kReduceTolerance));
  }
}

}  // namespace tapehead::testing
