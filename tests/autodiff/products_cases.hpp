// Products on the tape beside loops.
#pragma once

#include <limits>
#include <vector>

#include "framework/autodiff/products.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

inline constexpr double kProductTolerance = 64 * static_cast<double>(std::numeric_limits<Real>::epsilon());

inline void check_matmul_values() {
  for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t matrices : {1U, 3U}) {
      INFO(matrices << " times [2, 5] · [5, " << n << "]");
      const std::vector<Real> a = random_values(matrices * 10, "a"), b = random_values(matrices * 5 * n, "b");
      std::vector<double> expected(matrices * 2 * n, 0.0);
      for (std::size_t m = 0; m < matrices; ++m) {
        for (std::size_t i = 0; i < 2; ++i) {
          for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < 5; ++k) {
              expected[(m * 2 + i) * n + j] +=
                  static_cast<double>(a[(m * 2 + i) * 5 + k]) * static_cast<double>(b[(m * 5 + k) * n + j]);
            }
          }
        }
      }
      Tape tape;
      tape.reset({});
      const Var y = matmul(tape, tape.constant(a, {matrices, 2, 5}), tape.constant(b, {matrices, 5, n}));
      CHECK(tape.shape(y) == Shape{matrices, 2, n});
      CHECK_THAT(tape.value(y), close_to(expected, kProductTolerance));
    }
  }
}

/// Values of linear() over parts of several widths, with and without bias, while the tape records and while not.
inline void check_linear_values() {
  for (const std::size_t columns : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t rows : {1U, 3U, 17U}) {
      for (const bool bias : {false, true}) {
        for (const bool record : {false, true}) {
          INFO("[" << rows << ", 2 + 16 + 1] to " << columns << (bias ? ", bias" : "")
                   << (record ? ", recording" : ""));
          const std::vector<Real> x = random_values(rows * 2, "x"), y = random_values(rows * 16, "y");
          const std::vector<Real> z = random_values(rows, "z");
          std::vector<Real> weight = random_values((19 + (bias ? 1 : 0)) * columns, "weight");
          const auto w = [&](std::size_t i, std::size_t j) {
            return static_cast<double>(weight[i * columns + j]);
          };
          std::vector<double> expected(rows * columns, 0.0);
          for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
              double& to = expected[i * columns + j];
              for (std::size_t k = 0; k < 2; ++k) to += static_cast<double>(x[i * 2 + k]) * w(k, j);
              for (std::size_t k = 0; k < 16; ++k) to += static_cast<double>(y[i * 16 + k]) * w(2 + k, j);
              to += static_cast<double>(z[i]) * w(18, j);
              if (bias) to += w(19, j);
            }
          }
          const Leaf leaf{weight.data(), nullptr, {19 + (bias ? 1U : 0U), columns}};
          Tape tape;
          tape.reset({&leaf, 1}, record);
          const Var parts[] = {tape.constant(x, {rows, 2}), tape.constant(y, {rows, 16}),
                               tape.constant(z, {rows, 1})};
          const Var result = linear(tape, Var{0}, parts, bias);
          CHECK(tape.shape(result) == Shape{rows, columns});
          CHECK_THAT(tape.value(result), close_to(expected, kProductTolerance));
        }
      }
    }
  }
}

}  // namespace tapehead::testing
