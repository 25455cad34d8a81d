#include "framework/training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <string_view>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// What is left of the rate after `done` >= 0 updates at it.
using Shape = double (*)(const ScheduleOptions&, double done);

double decayed_share(const ScheduleOptions& options, double done) {
  return std::min(done / static_cast<double>(options.decay_steps), 1.0);
}

double constant(const ScheduleOptions&, double) { return 1; }

double drops(const ScheduleOptions& options, double done) {
  return std::pow(options.decay_factor, std::floor(done / static_cast<double>(options.decay_steps)));
}

double linear(const ScheduleOptions& options, double done) {
  return 1 + (options.final_rate - 1) * decayed_share(options, done);
}

double cosine(const ScheduleOptions& options, double done) {
  const double half_wave = (1 + std::cos(std::numbers::pi * decayed_share(options, done))) / 2;
  return options.final_rate + (1 - options.final_rate) * half_wave;
}

double inverse_root(const ScheduleOptions& options, double done) {
  const double warmup = static_cast<double>(options.warmup_steps);
  return std::sqrt(warmup / (warmup + done + 1));
}

struct Entry {
  std::string_view name;
  Shape shape;
  bool needs_decay_steps;
  bool needs_warmup_steps;
};

constexpr Entry kSchedules[] = {
    {"constant", constant, false, false},
    {"step", drops, true, false},
    {"linear", linear, true, false},
    {"cosine", cosine, true, false},
    {"inverse_sqrt", inverse_root, false, true},
};

const Entry& find(const std::string& name) {
  const auto* const found = std::ranges::find(kSchedules, name, &Entry::name);
  if (found == std::end(kSchedules)) {
    throw UsageError("training.schedule: there is no '" + name +
                     "'; it is one of constant, step, linear, cosine, inverse_sqrt");
  }
  return *found;
}

}  // namespace

void ScheduleOptions::check() const {
  const Entry& entry = find(schedule);
  if (entry.needs_decay_steps && decay_steps == 0) {
    throw UsageError("training.schedule = " + schedule + " needs training.decay_steps");
  }
  if (entry.needs_warmup_steps && warmup_steps == 0) {
    throw UsageError("training.schedule = " + schedule + " needs training.warmup_steps");
  }
}

double scheduled_rate(const ScheduleOptions& options, double learning_rate, std::uint64_t step) {
  const Shape shape = find(options.schedule).shape;
  const std::uint64_t warmup = options.warmup_steps, level = warmup + options.hold_steps;
  if (step <= warmup) return learning_rate * static_cast<double>(step) / static_cast<double>(warmup);
  return learning_rate * shape(options, step <= level ? 0.0 : static_cast<double>(step - level - 1));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
