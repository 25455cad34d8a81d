#pragma once

#include <vector>

namespace tapehead::testing {

/// run_fused_network() of fused_network.hpp in float, also in a program whose other sources are compiled for double.
std::vector<std::vector<double>> fused_network_in_float();

}  // namespace tapehead::testing
