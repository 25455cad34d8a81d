// Many sums over lanes at once.
#pragma once

#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Collects vectors whose lanes are to be summed and added to a scalar each; kLanes of them are summed together,
/// several times faster than one by one. The order of additions into one scalar is that of push().
class LaneSums {
 public:
  /// *to += the sum of v's lanes, at the latest in flush().
  TAPEHEAD_INLINE void push(const Vec& v, Real* to) {
    waiting_[count_] = v;
    to_[count_] = to;
    if (++count_ == kLanes) flush();
  }

  TAPEHEAD_INLINE void flush() {
    if (count_ == 0) return;
    for (std::size_t i = count_; i < kLanes; ++i) waiting_[i] = Vec(Real(0));
    alignas(kAlignment) Real sums[kLanes];
    sum_each(waiting_).store_aligned(sums);
    for (std::size_t i = 0; i < count_; ++i) *to_[i] += sums[i];
    count_ = 0;
  }

 private:
  Vec waiting_[kLanes];
  Real* to_[kLanes];
  std::size_t count_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
