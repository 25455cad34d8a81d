// The loop all optimisers share: one pass that loads, applies an update rule in registers, and stores.
// Included by the optimisers' sources only.
#pragma once

#include <array>
#include <cstddef>

#include "framework/tensor/simd.hpp"
#include "framework/training/optimizer.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// x cut to [-limit, limit]. Written with selections because the processor's min and max drop a NaN.
TAPEHEAD_INLINE Vec clipped(const Vec& x, const Vec& limit) {
  const Vec below = xsimd::select(x > limit, limit, x);
  return xsimd::select(below < -limit, -limit, below);
}

/// max(x, floor), with a NaN in x kept.
TAPEHEAD_INLINE Vec at_least(const Vec& x, const Vec& floor) { return xsimd::select(x < floor, floor, x); }

/// 1 / (sqrt(x) + epsilon) for x >= 0, from two inverse roots: a root and a division take several times
/// longer.
TAPEHEAD_INLINE Vec inverse_of_sqrt_plus(const Vec& x, const Vec& epsilon) {
  // inverse_sqrt(0) is not finite, and halves of the smallest normal numbers are denormal: 20 times slower.
  const Vec positive = at_least(x, Vec(4 * std::numeric_limits<Real>::min()));
  const Vec denominator = positive * inverse_sqrt(positive) + epsilon;
  return inverse_sqrt(denominator * denominator);
}

/// Applies `rule(gradient, parameter, state)` to every element of [begin, end), where gradient is a Vec,
/// parameter a Vec& and state a std::array<Vec, S>&.
template <std::size_t S, class Rule>
TAPEHEAD_INLINE void update_range(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                                  const UpdateStep& step, const Rule& rule) {
  std::array<Real*, S> state_of;
  for (std::size_t s = 0; s != S; ++s) state_of[s] = arrays.state[s];
  const Real* const first_shard = arrays.gradients[0];
  const auto other_shards = arrays.gradients.subspan(1);
  const Vec scale(static_cast<Real>(step.gradient_scale));
  const Vec clip(static_cast<Real>(step.clip));

  const auto apply = [&](std::size_t i, auto&& load_at, auto&& store_at) {
    Vec gradient = load_at(first_shard + i);
    for (const Real* const shard : other_shards) gradient += load_at(shard + i);
    Vec parameter = load_at(arrays.parameters + i);
    std::array<Vec, S> state;
    for (std::size_t s = 0; s != S; ++s) state[s] = load_at(state_of[s] + i);
    rule(clipped(gradient * scale, clip), parameter, state);
    store_at(arrays.parameters + i, parameter);
    for (std::size_t s = 0; s != S; ++s) store_at(state_of[s] + i, state[s]);
  };

  std::size_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    apply(
        i, [](const Real* from) { return load(from); }, [](Real* to, const Vec& v) { store(to, v); });
  }
  if (const std::size_t rest = end - i; rest > 0) {
    apply(
        i, [rest](const Real* from) { return load_first(from, rest); },
        [rest](Real* to, const Vec& v) { store_first(to, v, rest); });
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
