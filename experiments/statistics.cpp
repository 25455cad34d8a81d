#include "experiments/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace tapehead {

double quantile(std::span<const double> values, double share) {
  if (!(share >= 0 && share <= 1)) throw std::invalid_argument("a quantile's share lies in [0, 1]");
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    throw std::invalid_argument("there is no quantile of values that are not numbers");
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double weight = place - static_cast<double>(below);
  // Without the test, an infinite neighbour of weight 0, and two infinite ones, would make it NaN.
  if (weight == 0 || sorted[below] == sorted[below + 1]) return sorted[below];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Spread spread(std::span<const double> values) {
  return {quantile(values, 0.25), median(values), quantile(values, 0.75)};
}

std::vector<SurvivalStep> survival_curve(std::span<const Duration> durations) {
  std::vector<Duration> sorted(durations.begin(), durations.end());
  std::ranges::sort(sorted, {}, &Duration::time);
  std::vector<SurvivalStep> curve = {{0, 1}};
  for (std::size_t first = 0, next = 0; first < sorted.size(); first = next) {
    std::size_t happened = 0;
    for (next = first; next < sorted.size() && sorted[next].time == sorted[first].time; ++next) {
      if (sorted[next].happened) ++happened;
    }
    if (happened == 0) continue;
    const auto observed = static_cast<double>(sorted.size() - first);
    const double kept = (observed - static_cast<double>(happened)) / observed;
    curve.push_back({sorted[first].time, curve.back().surviving * kept});
  }
  return curve;
}

std::optional<double> median_time(std::span<const SurvivalStep> curve) {
  // Products of fractions such as 3/4 · 2/3 may miss one half by a rounding error.
  constexpr double kHalf = 0.5 + 1e-12;
  const auto found = std::ranges::find_if(curve, [](const SurvivalStep& s) { return s.surviving <= kHalf; });
  return found == curve.end() ? std::nullopt : std::optional<double>(found->time);
}

}  // namespace tapehead
