// Numbers for tests: always the same, different for every name.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "framework/tensor/random.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::testing {

/// `n` standard normal numbers.
inline std::vector<Real> random_values(std::size_t n, std::string_view name) {
  Draws draws = RandomStream(1, name).draws();
  std::vector<Real> values(n);
  for (Real& x : values) x = static_cast<Real>(draws.normal());
  return values;
}

}  // namespace tapehead::testing
