// Vectors of Real on this CPU: xsimd's batch, with loads and stores of the first n lanes.
//
// A kernel walks a row in whole vectors and handles the rest with load_first / store_first, so that no row
// needs padding. Kernels carry TAPEHEAD_KERNEL, which makes the compiler inline xsimd's functions whatever its
// inlining budget says; without it GCC falls back to calls in large functions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

// GCC 12 takes its own _mm512_undefined_* for a use of uninitialised memory.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <xsimd/xsimd.hpp>
#pragma GCC diagnostic pop

#include "framework/tensor/real.hpp"

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TAPEHEAD_KERNEL __attribute__((flatten))
#else  // instrumented code grows beyond reason when all of it is in one function
#define TAPEHEAD_KERNEL
#endif
#define TAPEHEAD_INLINE inline __attribute__((always_inline))

namespace tapehead::inline TAPEHEAD_PRECISION {

using Vec = xsimd::batch<Real>;
inline constexpr std::size_t kLanes = Vec::size;

TAPEHEAD_INLINE Vec load(const Real* from) { return Vec::load_unaligned(from); }
TAPEHEAD_INLINE void store(Real* to, const Vec& v) { v.store_unaligned(to); }

/// The first n < kLanes scalars; the other lanes are 0.
TAPEHEAD_INLINE Vec load_first(const Real* from, std::size_t n) {
#if XSIMD_WITH_AVX512F
  const auto mask = (1U << n) - 1U;
#ifdef TAPEHEAD_DOUBLE
  return Vec(_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from));
#else
  return Vec(_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from));
#endif
#else
  alignas(kAlignment) Real lanes[kLanes] = {};
  for (std::size_t i = 0; i < n; ++i) lanes[i] = from[i];
  return Vec::load_aligned(lanes);
#endif
}

/// Stores the first n < kLanes lanes.
TAPEHEAD_INLINE void store_first(Real* to, const Vec& v, std::size_t n) {
#if XSIMD_WITH_AVX512F
  const auto mask = (1U << n) - 1U;
#ifdef TAPEHEAD_DOUBLE
  _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), v);
#else
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), v);
#endif
#else
  alignas(kAlignment) Real lanes[kLanes];
  v.store_aligned(lanes);
  for (std::size_t i = 0; i < n; ++i) to[i] = lanes[i];
#endif
}

/// A vector's worth of a row of `n` scalars starting at `i`: whole, or the first n - i.
TAPEHEAD_INLINE Vec load_upto(const Real* row, std::size_t i, std::size_t n) {
  return i + kLanes <= n ? load(row + i) : load_first(row + i, n - i);
}
TAPEHEAD_INLINE void store_upto(Real* row, std::size_t i, std::size_t n, const Vec& v) {
  if (i + kLanes <= n) {
    store(row + i, v);
  } else {
    store_first(row + i, v, n - i);
  }
}

/// Lanes below n keep their value, the others become `other`.
TAPEHEAD_INLINE Vec keep_first(const Vec& v, std::size_t n, Real other) {
  if (n >= kLanes) return v;
#if XSIMD_WITH_AVX512F
  const auto mask = (1U << n) - 1U;
#ifdef TAPEHEAD_DOUBLE
  return Vec(_mm512_mask_mov_pd(Vec(other), static_cast<__mmask8>(mask), v));
#else
  return Vec(_mm512_mask_mov_ps(Vec(other), static_cast<__mmask16>(mask), v));
#endif
#else
  alignas(kAlignment) Real lanes[kLanes];
  v.store_aligned(lanes);
  for (std::size_t i = n; i < kLanes; ++i) lanes[i] = other;
  return Vec::load_aligned(lanes);
#endif
}

/// A whole vector of a row, and the part of one that is left at its end: what a kernel's body loads and stores with.
struct WholeVector {
  TAPEHEAD_INLINE Vec load(const Real* from) const { return Vec::load_unaligned(from); }
  TAPEHEAD_INLINE void store(Real* to, const Vec& v) const { v.store_unaligned(to); }
  TAPEHEAD_INLINE Vec keep(const Vec& v, Real) const { return v; }
};
struct FirstLanes {
  std::size_t lanes;
  TAPEHEAD_INLINE Vec load(const Real* from) const { return load_first(from, lanes); }
  TAPEHEAD_INLINE void store(Real* to, const Vec& v) const { store_first(to, v, lanes); }
  TAPEHEAD_INLINE Vec keep(const Vec& v, Real other) const { return keep_first(v, lanes, other); }
};

/// Calls body(i, at) for every vector of a row of n scalars; `at` loads, stores and keeps what belongs to the row.
/// The body is compiled twice, so that the many whole vectors pay nothing for the last, shorter one.
template <class Body>
TAPEHEAD_INLINE void for_each_vector(std::size_t n, Body&& body) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) body(i, WholeVector{});
  if (i < n) body(i, FirstLanes{n - i});
}

/// The sum of all lanes.
TAPEHEAD_INLINE Real sum(const Vec& v) {
#if XSIMD_VERSION_MAJOR < 10
  return xsimd::hadd(v);
#else
  return xsimd::reduce_add(v);
#endif
}

/// The largest lane. Whether a NaN among them is the result is not said.
TAPEHEAD_INLINE Real highest(const Vec& v) {
#if XSIMD_WITH_AVX512F && defined(TAPEHEAD_DOUBLE)
  return _mm512_reduce_max_pd(v);
#elif XSIMD_WITH_AVX512F
  return _mm512_reduce_max_ps(v);
#else
  alignas(kAlignment) Real lanes[kLanes];
  v.store_aligned(lanes);
  for (std::size_t i = 1; i < kLanes; ++i) lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
  return lanes[0];
#endif
}

/// Asks for the cache line of `address` ahead of its use. Rows of a memory are read and written once per time step
/// and come from the last-level cache; the processor's own prefetching stops at each page.
TAPEHEAD_INLINE void prefetch_for_read(const Real* address) { __builtin_prefetch(address, 0, 3); }
TAPEHEAD_INLINE void prefetch_for_write(Real* address) { __builtin_prefetch(address, 1, 3); }

/// Lane i of the result is the sum of all lanes of rows[i]: kLanes sums for little more than the price of two.
TAPEHEAD_INLINE Vec sum_each(const Vec (&rows)[kLanes]) {
#if XSIMD_WITH_AVX512F && !defined(TAPEHEAD_DOUBLE)  // xsimd 8.1's haddp gives wrong sums for AVX-512
  const auto four = [&](std::size_t i) {             // in every quarter: partial sums of rows i … i + 3
    const __m512 a = rows[i], b = rows[i + 1], c = rows[i + 2], d = rows[i + 3];
    const __m512d ab = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)));
    const __m512d cd = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d)));
    return _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd)),
                         _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)));
  };
  const auto fold = [](__m512 x, __m512 y) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(x, y, 0x88), _mm512_shuffle_f32x4(x, y, 0xdd));
  };
  return Vec(fold(fold(four(0), four(4)), fold(four(8), four(12))));
#else
  alignas(kAlignment) Real sums[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) sums[i] = sum(rows[i]);
  return Vec::load_aligned(sums);
#endif
}

/// 1 / sqrt(x) for x > 0, to the last bit or two: in float the processor's estimate refined by a Newton step,
/// which is several times faster than a square root and a division.
TAPEHEAD_INLINE Vec inverse_sqrt(const Vec& x) {
#ifdef TAPEHEAD_DOUBLE
  return Vec(Real(1)) / xsimd::sqrt(x);
#else
#if XSIMD_WITH_AVX512F  // xsimd 8.1's rsqrt does not compile for AVX-512
  const Vec y = Vec(_mm512_rsqrt14_ps(x));
#else
  const Vec y = xsimd::rsqrt(x);
#endif
  return y * (Vec(Real(1.5)) - Vec(Real(0.5)) * x * y * y);
#endif
}

TAPEHEAD_INLINE Vec exp(const Vec& x) { return xsimd::exp(x); }
TAPEHEAD_INLINE Vec log(const Vec& x) { return xsimd::log(x); }
TAPEHEAD_INLINE Vec tanh(const Vec& x) { return xsimd::tanh(x); }

/// 1 / (1 + e^-x).
TAPEHEAD_INLINE Vec sigmoid(const Vec& x) { return Vec(Real(1)) / (Vec(Real(1)) + xsimd::exp(-x)); }

/// log(1 + e^x) without overflow, and exact for very negative x.
TAPEHEAD_INLINE Vec softplus(const Vec& x) {
  return xsimd::max(x, Vec(Real(0))) + xsimd::log1p(xsimd::exp(-xsimd::abs(x)));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
