// How far the values of a tensor reach, and how many of them are not finite.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

struct FiniteRange {
  std::size_t values = 0;
  std::size_t not_finite = 0;
  double low = std::numeric_limits<double>::infinity();    // of the finite values;
  double high = -std::numeric_limits<double>::infinity();  // below `low` if there is none

  bool finite() const { return not_finite == 0; }

  void add(Real value) {
    ++values;
    if (!std::isfinite(value)) {
      ++not_finite;
      return;
    }
    low = std::min(low, static_cast<double>(value));
    high = std::max(high, static_cast<double>(value));
  }
  void add(const FiniteRange& other) {
    values += other.values;
    not_finite += other.not_finite;
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

inline FiniteRange finite_range(std::span<const Real> values) {
  FiniteRange range;
  for (const Real value : values) range.add(value);
  return range;
}

inline bool all_finite(std::span<const Real> values) {
  return std::all_of(values.begin(), values.end(), [](Real value) { return std::isfinite(value); });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
