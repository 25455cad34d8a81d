// Statistics over seeds: median and quartiles, and the time until something happens where it does not always happen.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tapehead {

/// The quantile of `values` at `share` in [0, 1], between two values by linear interpolation (NumPy's default; type 7 of
/// Hyndman and Fan 1996). Infinite values count; between a finite and an infinite one it is infinite. NaN without
/// values. Throws std::invalid_argument if a value is NaN or the share is outside of [0, 1].
double quantile(std::span<const double> values, double share);

/// The arithmetic mean; NaN without values.
double mean(std::span<const double> values);

/// The standard deviation of a sample, its squares divided by one less than their number; NaN below two values.
double standard_deviation(std::span<const double> values);

/// quantile(values, 0.5).
double median(std::span<const double> values);

/// Median and quartiles.
struct Spread {
  double lower_quartile;
  double median;
  double upper_quartile;
};
Spread spread(std::span<const double> values);

/// When something happened to one of several, or until when it had not happened.
struct Duration {
  double time;
  bool happened;  // false: observed up to `time` and no further (censored)
};

/// The estimated share of those to whom it has not happened, from `time` on until the next step.
struct SurvivalStep {
  double time;
  double surviving;
};

/// Kaplan and Meier's estimate (J. Am. Stat. Assoc. 53, 1958): at each time at which it happened to d of the n still
/// under observation, the share falls to (1 - d/n) of what it was. One who is censored at that very time is still under
/// observation. The curve begins with {0, 1}.
std::vector<SurvivalStep> survival_curve(std::span<const Duration> durations);

/// The first time at which the surviving share is at most one half, if it ever is.
std::optional<double> median_time(std::span<const SurvivalStep> curve);

}  // namespace tapehead
