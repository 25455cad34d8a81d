// Buffers for gradients of intermediate values, reused within a step and from step to step.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <vector>

#include "framework/tensor/arena.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A free list per power of two of cache lines. Memory returns to the system only with the pool, and a buffer
/// just given back is the next one handed out, so that it is still in the cache.
class GradientPool {
 public:
  /// A buffer for at least `n` scalars, contents undefined.
  Real* take(std::size_t n) {
    std::vector<Real*>& list = free_[bucket(n)];
    if (list.empty()) grow(n);
    Real* const buffer = list.back();
    list.pop_back();
    return buffer;
  }

  /// Gives back a buffer taken for `n` scalars.
  void give(Real* buffer, std::size_t n) { free_[bucket(n)].push_back(buffer); }

 private:
  static std::size_t bucket(std::size_t n) {
    return static_cast<std::size_t>(std::bit_width(padded(n) / kLine - (n > 0 ? 1 : 0)));
  }
  void grow(std::size_t n);

  std::array<std::vector<Real*>, 48> free_;
  std::array<std::size_t, 48> made_{};
  std::vector<AlignedMemory> memory_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
