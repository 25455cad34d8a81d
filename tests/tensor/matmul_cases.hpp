// What matrix products must do, in either precision: the result of three nested loops in double, whatever the sizes
// and strides, reading and writing nothing beside the matrices.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "framework/tensor/matmul.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

/// A matrix with a gap behind every row; the gap holds NaN, which no product may read.
struct Padded {
  Padded(std::size_t r, std::size_t c, std::size_t gap, const std::string& name)
      : rows(r), columns(c), stride(c + gap), data(r * (c + gap), std::numeric_limits<Real>::quiet_NaN()) {
    const std::vector<Real> values = random_values(rows * columns, name);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) data[i * stride + j] = values[i * columns + j];
    }
  }
  double at(std::size_t i, std::size_t j) const { return static_cast<double>(data[i * stride + j]); }
  ConstMatrix view() const { return {data.data(), rows, columns, stride}; }

  std::size_t rows, columns, stride;
  std::vector<Real> data;
};

/// op(a) · op(b) by loops, row-major and dense.
inline std::vector<double> naive_product(const Padded& a, bool transpose_a, const Padded& b,
                                         bool transpose_b) {
  const std::size_t m = transpose_a ? a.columns : a.rows, k = transpose_a ? a.rows : a.columns;
  const std::size_t n = transpose_b ? b.rows : b.columns;
  std::vector<double> c(m * n, 0.0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t l = 0; l < k; ++l) {
        c[i * n + j] += (transpose_a ? a.at(l, i) : a.at(i, l)) * (transpose_b ? b.at(j, l) : b.at(l, j));
      }
    }
  }
  return c;
}

using Product = std::function<void(ConstMatrix, ConstMatrix, Matrix, Into)>;

/// The two products that a sweep can be chosen for, without that choice.
inline void forth(ConstMatrix a, ConstMatrix b, Matrix result, Into into) { matmul(a, b, result, into); }
inline void forth_transposed_right(ConstMatrix a, ConstMatrix b, Matrix result, Into into) {
  matmul_transposed_right(a, b, result, into);
}

/// Runs a product into a result with gaps, replacing what was there (NaN) and adding to it.
inline void check_product(const Product& product, bool transpose_a, bool transpose_b, std::size_t m,
                          std::size_t k, std::size_t n, std::size_t gap) {
  constexpr Real kGuard = -77;
  const Padded a = transpose_a ? Padded(k, m, gap, "a") : Padded(m, k, gap, "a");
  const Padded b = transpose_b ? Padded(n, k, gap + 1, "b") : Padded(k, n, gap + 1, "b");
  const std::vector<double> expected = naive_product(a, transpose_a, b, transpose_b);
  const std::size_t stride = n + gap;
  const double tolerance =
      8 * std::sqrt(static_cast<double>(k) + 1) * static_cast<double>(std::numeric_limits<Real>::epsilon());
  for (const Into into : {Into::replace, Into::add}) {
    std::vector<Real> result(m * stride, kGuard);
    std::vector<double> wanted(m * stride, static_cast<double>(kGuard));
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const Real before =
            into == Into::add ? static_cast<Real>(i + 2 * j) / 16 : std::numeric_limits<Real>::quiet_NaN();
        result[i * stride + j] = before;
        wanted[i * stride + j] = expected[i * n + j] + (into == Into::add ? static_cast<double>(before) : 0);
      }
    }
    product(a.view(), b.view(), {result.data(), m, n, stride}, into);
    INFO("m " << m << ", k " << k << ", n " << n << ", gap " << gap
              << (into == Into::add ? ", add" : ", replace"));
    // Gaps of the result are part of the comparison, at full size: they have to be kGuard still.
    CHECK_THAT(result, close_to(wanted, tolerance));
  }
}

/// Sizes around the edges of tiles and vectors, and a few larger than the blocks of the inner dimension.
inline void check_product_sizes(const Product& product, bool transpose_a, bool transpose_b) {
  for (const std::size_t m : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 15U, 17U}) {
    for (const std::size_t n : {1U, 4U, 7U, 15U, 16U, 17U, 24U, 25U, 33U, 48U, 50U}) {
      for (const std::size_t k : {1U, 2U, 3U, 4U, 5U, 8U, 15U, 16U, 17U, 33U}) {
        check_product(product, transpose_a, transpose_b, m, k, n, (m + n + k) % 3);
      }
    }
  }
  for (const std::size_t k : {127U, 128U, 129U, 256U, 300U}) {
    for (const std::size_t m : {1U, 3U, 16U, 65U})
      check_product(product, transpose_a, transpose_b, m, k, 40, 0);
    check_product(product, transpose_a, transpose_b, 20, 33, k, 5);
    check_product(product, transpose_a, transpose_b, k, 20, 33, 5);
  }
}

/// A row times a matrix that is large enough to be gone through from either end.
template <class SweptProduct>
void check_sweeps(const SweptProduct& product, bool transpose_b) {
  std::vector<std::vector<Real>> results;
  for (const Sweep sweep : {Sweep::forth, Sweep::back}) {
    const auto swept = [&](ConstMatrix a, ConstMatrix b, Matrix result, Into into) {
      product(a, b, result, into, sweep);
      results.emplace_back(result.data, result.data + result.columns);
    };
    check_product(swept, false, transpose_b, 1, 301, 709, 3);
  }
  REQUIRE(results.size() == 4);
  CHECK(results[0] == results[2]);  // replaced
  CHECK(results[1] == results[3]);  // added
}

/// A product over nothing is zero, and leaves alone what it adds to.
inline void check_empty_inner_axis(const Product& product, bool transpose_a, bool transpose_b) {
  for (const std::size_t m : {1U, 5U, 40U}) check_product(product, transpose_a, transpose_b, m, 0, 19, 2);
}

/// NaN and infinity must arrive in the result: no term may be skipped because a factor is zero.
inline void check_nan_arrives(const Product& product, bool transpose_a, bool transpose_b) {
  for (const std::size_t m : {1U, 6U}) {
    const std::size_t k = 9, n = 21;
    std::vector<Real> a(m * k, 0), b(k * n, 0), c(m * n, 0);
    b[transpose_b ? 20 * k + 8 : 8 * n + 20] = std::numeric_limits<Real>::quiet_NaN();
    const ConstMatrix left = transpose_a ? ConstMatrix{a.data(), k, m, m} : ConstMatrix{a.data(), m, k, k};
    const ConstMatrix right = transpose_b ? ConstMatrix{b.data(), n, k, k} : ConstMatrix{b.data(), k, n, n};
    product(left, right, {c.data(), m, n, n}, Into::replace);
    for (std::size_t i = 0; i < m * n; ++i) CHECK(std::isnan(c[i]) == (i % n == 20));
  }
}

}  // namespace tapehead::testing
