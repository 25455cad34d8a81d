
#include "tests/support/catch.hpp"
#include "tests/tensor/simd_cases.hpp"

using namespace tapehead;

TEST_CASE("vector functions agree with long double arithmetic to a few units in the last place", "[simd]") {
  testing::check_accuracy();
}

TEST_CASE("vector functions take NaN, infinities and numbers whose exponential overflows", "[simd]") {
  testing::check_special_values();
}

TEST_CASE("a NaN stays in its lane", "[simd]") { testing::check_nan_stays_in_its_lane(); }

TEST_CASE("part of a vector is loaded and stored without touching what follows", "[simd]") {
  testing::check_partial_loads_and_stores();
}

TEST_CASE("the sums of many vectors at once are the sums of each", "[simd]") { testing::check_lane_sums(); }

TEST_CASE("kernels over a row are right for lengths around those of vectors", "[simd]") {
  testing::check_row_kernels();
}

TEST_CASE("a softmax of huge numbers is finite, and one of NaN is NaN", "[simd]") {
  testing::check_softmax_extremes();
}
