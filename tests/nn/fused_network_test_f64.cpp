#include "tests/nn/fused_network.hpp"

#include "tests/nn/fused_network_in_float.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

TEST_CASE("fused ops agree in float and in double, values and gradients", "[lstm][losses]") {
  const auto in_double = f64::run_fused_network(), in_float = testing::fused_network_in_float();
  REQUIRE(in_float.size() == in_double.size());
  bool identical = true;
  for (std::size_t i = 0; i < in_double.size(); ++i) {
    INFO("list " << i);
    CHECK_THAT(in_float[i], testing::close_to(in_double[i], 1e-5));
    identical = identical && in_float[i] == in_double[i];
  }
  CHECK_FALSE(identical);  // or both would be the same code
}
