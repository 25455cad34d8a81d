#include "tests/support/tensor_matcher.hpp"

#include <array>
#include <limits>

#include "tests/support/catch.hpp"

using namespace tapehead;
using testing::close_to;
using testing::equal_to;

TEST_CASE("tensors are close up to a fraction of the largest expected magnitude", "[matcher]") {
  const std::vector<double> actual{100, 0.1, -3};
  CHECK_THAT(actual, close_to({100, 0.2, -3}, 1e-2));
  CHECK_FALSE(close_to({100, 0.2, -3}, 1e-4).match(actual));
  CHECK_THAT(actual, equal_to(actual));
  CHECK_THAT((std::array<float, 3>{100, 0.5F, -3}), equal_to(std::vector<float>{100, 0.5F, -3}));
}

TEST_CASE("the first difference is named", "[matcher]") {
  const auto matcher = close_to({1, 2, 3, 4}, 1e-3);
  CHECK_FALSE(matcher.match(std::vector<double>{1, 2.5, 3, 9}));
  CHECK(matcher.toString() ==
        "is not as expected: element 1 of 4 is 2.5 instead of 2, 0.125 of the largest away");
  CHECK_FALSE(matcher.match(std::vector<double>{1, 2}));
  CHECK(matcher.toString() == "is not as expected: 2 elements instead of 4");
}

TEST_CASE("NaN and infinities are close to themselves only", "[matcher]") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  using Numbers = std::vector<double>;
  CHECK(close_to({kNan, kInfinity, 1}, 1e-3).match(Numbers{kNan, kInfinity, 1}));
  CHECK_FALSE(close_to({1, 1}, 10).match(Numbers{kNan, 1}));
  CHECK_FALSE(close_to({kNan, 1}, 10).match(Numbers{1, 1}));
  CHECK_FALSE(close_to({1, 1}, 10).match(Numbers{kInfinity, 1}));
  CHECK_FALSE(close_to({kInfinity, 1}, 10).match(Numbers{1, 1}));
  CHECK_FALSE(close_to({kInfinity, 1}, 10).match(Numbers{-kInfinity, 1}));
}
