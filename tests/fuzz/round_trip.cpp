#include "tests/fuzz/round_trip.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "framework/tensor/error.hpp"
#include "framework/training/optimizer.hpp"
#include "framework/training/schedule.hpp"

namespace tapehead::fuzzing {
namespace {

// A model is built if none of its whole numbers is above this: sizes multiply, and inputs come by the thousand.
constexpr std::size_t kSmall = 12;

bool builds_in_no_time(const Settings& settings) {
  return std::ranges::all_of(settings.entries(), [](const Settings::Entry& entry) {
    const auto* const number = std::get_if<std::size_t*>(&entry.field);
    return number == nullptr || entry.section == "training" || entry.section.empty() || **number <= kSmall;
  });
}

// Stories are not read from files that an input names, nor made by the million.
bool has_no_stories_at_hand(const Settings& settings) {
  const Settings::Entry* const data = settings.find("task.data");
  if (data == nullptr) return false;
  constexpr std::int64_t kFew = 1000;
  const auto questions = std::get<std::int64_t>(value_of(settings.find("task.questions")->field));
  return std::get<std::string>(value_of(data->field)) != "generated" || questions > kFew;
}

// NaN, which is no value, is the same as NaN; 0 and -0 differ.
bool same_value(const SettingField& a, const SettingField& b) {
  const SettingValue x = value_of(a), y = value_of(b);
  const auto* const p = std::get_if<double>(&x);
  const auto* const q = std::get_if<double>(&y);
  if (p == nullptr || q == nullptr) return x == y;
  return std::bit_cast<std::uint64_t>(*p) == std::bit_cast<std::uint64_t>(*q) ||
         (std::isnan(*p) && std::isnan(*q));
}

std::unique_ptr<RunSettings> read_again(const std::string& text) {
  try {
    std::istringstream in(text);
    return std::make_unique<RunSettings>("unnamed", read_settings(in, "settings.ini"),
                                         std::span<const Assignment>());
  } catch (const UsageError& error) {
    expect(false, "what was written is refused: " + std::string(error.what()) + "\n" + text);
    return nullptr;
  }
}

}  // namespace

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void expect_usable(const RunSettings& settings) {
  const std::string text = settings.text();
  const std::unique_ptr<RunSettings> again = read_again(text);
  expect(again->text() == text, "written twice it differs:\n" + text + "\n" + again->text());
  expect(again->title() == settings.title(), "another title:\n" + text);
  expect(again->settings().entries().size() == settings.settings().entries().size(), "other keys:\n" + text);
  for (const Settings::Entry& entry : settings.settings().entries()) {
    if (!settings.settings().counts(entry)) continue;
    const Settings::Entry* const other = again->settings().find(entry.key);
    expect(other != nullptr && same_value(entry.field, other->field), "another " + entry.key + ":\n" + text);
  }
  std::ostringstream table;
  write_settings_table(table, settings.settings(), "value");
  expect(valid_preset_name(settings.preset()), "no name for a directory: " + settings.preset());

  const TrainingOptions& training = settings.training();
  expect(training.shard_count() >= 1 && training.shard_count() <= training.batch, "shards:\n" + text);
  expect(training.last_step() >= 1, "no step:\n" + text);
  expect(make_optimizer(training.optimizer) != nullptr, "no optimizer");
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 62}) {
    const double rate = scheduled_rate(training.schedule, training.optimizer.learning_rate, step);
    expect(!(rate < 0), "a negative rate at step " + std::to_string(step) + ":\n" + text);
  }
  if (has_no_stories_at_hand(settings.settings())) return;
  const std::unique_ptr<Task> task = settings.make_task();
  expect(task->input_size() > 0 && task->target_size() > 0, "an empty task:\n" + text);
  if (!builds_in_no_time(settings.settings())) return;
  expect(settings.make_model(*task)->parameters().count() > 0, "an empty model:\n" + text);
}

}  // namespace tapehead::fuzzing
