#include "experiments/statistics.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double quantile_of(std::vector<double> values, double share) { return quantile(values, share); }

std::vector<SurvivalStep> survival_of(std::vector<Duration> durations) { return survival_curve(durations); }

}  // namespace

TEST_CASE("quantiles lie between values by linear interpolation") {
  // As numpy.quantile([1, 2, 4, 8], …) has them, and by hand: places 0.75, 1.5, 2.25.
  CHECK(quantile_of({8, 1, 4, 2}, 0.25) == 1.75);
  CHECK(quantile_of({8, 1, 4, 2}, 0.5) == 3);
  CHECK(quantile_of({8, 1, 4, 2}, 0.75) == 5);
  CHECK(quantile_of({8, 1, 4, 2}, 0) == 1);
  CHECK(quantile_of({8, 1, 4, 2}, 1) == 8);
  CHECK(quantile_of({3, 1, 2}, 0.5) == 2);
  CHECK(quantile_of({7}, 0.25) == 7);
}

TEST_CASE("a seed that diverged counts as infinitely bad in the median") {
  CHECK(quantile_of({kInfinity, 1, 2}, 0.5) == 2);
  CHECK(quantile_of({kInfinity, 1, 2}, 0.75) == kInfinity);
  CHECK(quantile_of({kInfinity, kInfinity, 1}, 0.5) == kInfinity);
  CHECK(quantile_of({kInfinity, kInfinity}, 0.5) == kInfinity);
}

TEST_CASE("there is no quantile of nothing, of what is no number, or beyond all values") {
  CHECK(std::isnan(quantile_of({}, 0.5)));
  CHECK_THROWS_AS(quantile_of({1, std::nan("")}, 0.5), std::invalid_argument);
  CHECK_THROWS_AS(quantile_of({1}, 1.5), std::invalid_argument);
}

TEST_CASE("the survival curve agrees with a hand computation where some were censored") {
  // The leukaemia patients of Freireich et al. 1963 under 6-MP, the textbook example (Kalbfleisch and Prentice 2002, table
  // 1.2): 21 patients, weeks of remission, + for censored: 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+.
  const auto curve = survival_of({{6, true},   {6, true},   {6, true},   {6, false}, {7, true},   {9, false},
                                  {10, true},  {10, false}, {11, false}, {13, true}, {16, true},  {17, false},
                                  {19, false}, {20, false}, {22, true},  {23, true}, {25, false}, {32, false},
                                  {32, false}, {34, false}, {35, false}});
  const std::vector<SurvivalStep> expected = {{0, 1},       {6, 0.8571},  {7, 0.8067},  {10, 0.7529},
                                              {13, 0.6902}, {16, 0.6275}, {22, 0.5378}, {23, 0.4482}};
  REQUIRE(curve.size() == expected.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    CHECK(curve[i].time == expected[i].time);
    CHECK(curve[i].surviving == Approx(expected[i].surviving).margin(5e-5));
  }
  CHECK(median_time(curve) == 23.0);
}

TEST_CASE("the median time is that at which one half have got there") {
  CHECK(median_time(survival_of({{1, true}, {2, true}, {3, true}, {4, true}})) == 2.0);
  CHECK(median_time(survival_of({{1, true}, {2, true}, {3, true}})) == 2.0);
  // 3/4 · 2/3 is one half up to rounding: the censored one is still there at its own time.
  CHECK(median_time(survival_of({{1, true}, {2, true}, {2, false}, {9, true}})) == 2.0);
}

TEST_CASE("the median time is not reached where half never get there") {
  CHECK_FALSE(median_time(survival_of({{1, true}, {5, false}, {5, false}})));
  CHECK_FALSE(median_time(survival_of({{5, false}})));
  CHECK_FALSE(median_time(survival_of({})));
}
