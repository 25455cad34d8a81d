#undef TAPEHEAD_DOUBLE  // this source is float in both test programs
#include "tests/nn/fused_network_in_float.hpp"

#include "tests/nn/fused_network.hpp"

namespace tapehead::testing {
std::vector<std::vector<double>> fused_network_in_float() { return f32::run_fused_network(); }
}  // namespace tapehead::testing
