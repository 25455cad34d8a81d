// Kernels over one contiguous row, shared by ops.
#pragma once

#include <algorithm>

#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

// From here on the difference of two products is off by a tenth and more where the compiler makes it one fused
// operation, which rounds only one of them: the largest element of a softmax would not be e^0.
inline constexpr Real kLargestSoftmaxArgument = Real(1e6);

// softmax_row() for those, element by element: the difference comes before the product.
[[gnu::noinline]] inline void softmax_row_of_large(const Real* x, Real factor, std::size_t n, Real* y) {
  Real top = x[0];
  for (std::size_t i = 1; i < n; ++i) top = (factor < 0 ? x[i] < top : x[i] > top) ? x[i] : top;
  Real total = 0;
  for (std::size_t i = 0; i < n; ++i) total += y[i] = std::exp(factor * (x[i] - top));
  for (std::size_t i = 0; i < n; ++i) y[i] /= total;
}

/// y = softmax(factor · x), computed from factor · x - max; x and y may be the same.
TAPEHEAD_INLINE void softmax_row(const Real* x, Real factor, std::size_t n, Real* y) {
  const Vec scale(factor);
  const Real lowest = -std::numeric_limits<Real>::infinity();
  Vec most(lowest);
  for_each_vector(
      n, [&](std::size_t i, auto at) { most = xsimd::max(most, at.keep(scale * at.load(x + i), lowest)); });
  const Real top = highest(most);
  if (!(std::abs(top) < kLargestSoftmaxArgument)) [[unlikely]]
    return softmax_row_of_large(x, factor, n, y);
  const Vec shift(top);
  Vec total(Real(0));
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec e = at.keep(exp(scale * at.load(x + i) - shift), Real(0));
    total += e;
    at.store(y + i, e);
  });
  const Vec inverse(Real(1) / sum(total));
  for_each_vector(n, [&](std::size_t i, auto at) { at.store(y + i, at.load(y + i) * inverse); });
}

/// Σ a b.
TAPEHEAD_INLINE Real dot_row(const Real* a, const Real* b, std::size_t n) {
  Vec total(Real(0));
  for_each_vector(n,
                  [&](std::size_t i, auto at) { total = xsimd::fma(at.load(a + i), at.load(b + i), total); });
  return sum(total);
}

/// The gradient of a softmax's argument (before its factor): dx (+)= y (dy - Σ y dy).
TAPEHEAD_INLINE void softmax_row_backward(const Real* y, const Real* dy, std::size_t n, Real* dx, bool add) {
  const Vec mean(dot_row(y, dy, n));
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec d = at.load(y + i) * (at.load(dy + i) - mean);
    at.store(dx + i, add ? at.load(dx + i) + d : d);
  });
}

/// to (+)= from.
TAPEHEAD_INLINE void add_row(const Real* from, std::size_t n, Real* to, bool add) {
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec v = at.load(from + i);
    at.store(to + i, add ? at.load(to + i) + v : v);
  });
}

/// The column of the largest value, the first of equal ones.
inline std::size_t largest_in_row(const Real* x, std::size_t n) {
  return static_cast<std::size_t>(std::max_element(x, x + n) - x);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
