// Learning-rate schedules: the rate at an update is a function of the update's number alone, so that a
// resumed run needs no schedule state and a longer run begins like a shorter one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "framework/tensor/real.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With rate r = training.learning_rate, updates counted t = 1, 2, ..., warm-up W, hold H and u = max(t - W - H, 1):
///
///   constant      r
///   step          r factor^floor((u - 1) / decay_steps): the first decay_steps updates at r, the next at
///                 r factor, ...; factor 1/2 halves (Sukhbaatar et al. 2015 halve every 25 epochs)
///   linear        straight from r at u = 1 to r final at u = decay_steps + 1, then level
///   cosine        the same along half a cosine (Loshchilov and Hutter 2017, equation (5), no restarts)
///   inverse_sqrt  r sqrt(W / t) (Vaswani et al. 2017, equation (3), whose rate for width d is got with
///                 r = 1 / sqrt(d W)); H is 0
///
/// Each is preceded by W updates of linear warm-up, r t / W, and H updates at r.
struct ScheduleOptions {
  std::string schedule = "constant";
  std::size_t warmup_steps = 0;  // W
  std::size_t hold_steps = 0;    // H
  std::size_t decay_steps = 0;   // updates per halving, or until the final rate
  double decay_factor = 0.5;     // of step
  double final_rate = 0;         // of linear and cosine, as a share of r

  template <class F>
  void visit(F&& f) {
    f(Setting{.name = "schedule",
              .help = "how the learning rate changes",
              .choices = {"constant", "step", "linear", "cosine", "inverse_sqrt"}},
      schedule);
    f(Setting{.name = "warmup_steps", .help = "updates of linear warm-up first", .unit = "step"},
      warmup_steps);
    f(Setting{.name = "hold_steps",
              .help = "updates at the full rate before it begins to change",
              .unit = "step",
              .needs = {"schedule", {"step", "linear", "cosine"}}},
      hold_steps);
    f(Setting{.name = "decay_steps",
              .help = "updates until the next drop or the final rate",
              .unit = "step",
              .needs = {"schedule", {"step", "linear", "cosine"}}},
      decay_steps);
    f(Setting{.name = "decay_factor",
              .help = "factor of every drop",
              .minimum = 0,
              .needs = {"schedule", {"step"}}},
      decay_factor);
    f(Setting{.name = "final_rate",
              .help = "final rate as a share of the learning rate",
              .minimum = 0,
              .needs = {"schedule", {"linear", "cosine"}}},
      final_rate);
  }

  /// Throws UsageError at an unknown schedule, or if step, linear or cosine lack decay_steps, or inverse_sqrt
  /// lacks warmup_steps. (decay_steps is not taken from the run's length: training on would change the past.)
  void check() const;
};

/// The rate at update `step` (1 at the first). Call options.check() before the first use.
double scheduled_rate(const ScheduleOptions& options, double learning_rate, std::uint64_t step);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
