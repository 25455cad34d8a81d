#include "experiments/sweep_task.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "experiments/loss_names.hpp"
#include "experiments/progress.hpp"
#include "experiments/run_training.hpp"
#include "experiments/settings_hash.hpp"
#include "experiments/sweep_attempt.hpp"
#include "experiments/sweep_claim.hpp"
#include "experiments/usable_checkpoint.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;
using Status = SweepTaskState::Status;

constexpr std::size_t kDifferencesTold = 3;

double last_number(const MetricsTable& table, std::string_view name) {
  const MetricsColumn* const column = table.find(name);
  if (column == nullptr) return std::numeric_limits<double>::quiet_NaN();
  const auto last = std::find_if(column->values.rbegin(), column->values.rend(),
                                 [](double value) { return !std::isnan(value); });
  return last == column->values.rend() ? std::numeric_limits<double>::quiet_NaN() : *last;
}

void measure(const RunMetrics& metrics, SweepTaskState& state) {
  for (const MetricsTable* table : {&metrics.train, &metrics.eval}) {
    const double sequences = last_number(*table, "sequences");
    if (!std::isnan(sequences))
      state.sequences = std::max(state.sequences, static_cast<std::uint64_t>(sequences));
  }
  state.loss = last_number(metrics.eval, "loss");
  state.wall_seconds = metrics.wall_seconds;
}

std::map<std::string, std::string> values_of(const RunSettings& settings) {
  std::map<std::string, std::string> values;
  for (const Settings::Entry& entry : settings.settings().entries()) {
    if (entry.key != "preset" && settings.settings().counts(entry))
      values[entry.key] = format_value(entry.field);
  }
  return values;
}

// Also the seed, which the hash of the settings leaves out.
bool tells_runs_apart(const std::string& key) {
  return !may_change(key) && (is_hashed(key) || key == "seed");
}

// "another run is in the way: …", or nothing if the settings are the same but for such as may change, or change nothing.
std::string difference(const RunSettings& stored, const RunSettings& wanted) {
  const auto there = values_of(stored), here = values_of(wanted);
  auto all = there;
  all.insert(here.begin(), here.end());
  std::vector<std::string> told;
  for (const auto& [key, value] : all) {
    const auto mine = here.find(key), other = there.find(key);
    if (!tells_runs_apart(key) ||
        (mine != here.end() && other != there.end() && mine->second == other->second))
      continue;
    const auto text = [&](const auto& found, const auto& end) {
      return found == end ? "nothing" : found->second;
    };
    told.push_back(key + " is " + text(other, there.end()) + " there, not " + text(mine, here.end()));
  }
  if (told.empty()) return "";
  std::string text = "another run is in the way: ";
  for (std::size_t i = 0; i < std::min(told.size(), kDifferencesTold); ++i)
    text += (i == 0 ? "" : ", ") + told[i];
  if (told.size() > kDifferencesTold)
    text += ", and " + std::to_string(told.size() - kDifferencesTold) + " more";
  return text;
}

Standing failed(SweepTaskState state, const std::string& reason, ExitCode code, bool to_do = false) {
  state.status = Status::failed;
  state.reason = reason;
  state.code = code;
  return {std::move(state), to_do};
}

// Not at its end: as its last attempt left it.
Standing unfinished(SweepTaskState state, const SweepTask& task) {
  const Attempt attempt = last_attempt(log_path(task));
  if (!attempt.failed()) return {std::move(state), true};
  return failed(std::move(state), attempt.reason(task.directory), attempt.code(), true);
}

bool only_of_a_start(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path name = entry.path().filename();
    const bool known = name == "lock" || name == "log.txt" || name == "checkpoints" || name == "run.h5" ||
                       name == "settings.ini" || name.extension() == ".partial";
    if (!known) return false;
  }
  return !error;
}

// The settings of a run without a run.h5 that can be read; throws DataError if it is no run.
std::unique_ptr<RunSettings> settings_beside(const fs::path& directory) {
  std::vector<std::string> warnings;
  const auto found = newest_good_checkpoint(directory, BadCheckpoint::skip, warnings, usable_in(directory));
  if (found) return stored_settings(found->checkpoint.settings, found->path.string(), {});
  const fs::path file = directory / "settings.ini";
  if (fs::exists(file)) {
    return std::make_unique<RunSettings>("unnamed", read_settings_file(file), std::span<const Assignment>(),
                                         RunSettings::Source::run);
  }
  if (!only_of_a_start(directory)) throw DataError("something that is no run is in the way");
  return nullptr;
}

Standing without_run_file(const PlannedTask& planned) {
  const SweepTask& task = planned.task();
  const auto stored = settings_beside(task.directory);
  const std::string other = stored ? difference(*stored, planned.settings()) : "";
  if (!other.empty()) return failed(planned.untouched(), other, ExitCode::data);
  return unfinished(planned.untouched(), task);
}

// The step a finished run is to go on to, beyond the one it has.
bool to_go_further(std::size_t step, const TrainingOptions& stored, const TrainingOptions& wanted) {
  return step < wanted.last_step() &&
         (stored.last_step() != wanted.last_step() || stored.stop_below != wanted.stop_below);
}

Standing with_run_file(const PlannedTask& planned, const RunReader& run) {
  const SweepTask& task = planned.task();
  const RunContents& contents = run.contents();
  SweepTaskState state = planned.untouched();
  measure(contents.metrics, state);
  const auto stored = stored_settings(contents.info.settings, run.file().string(), {});
  const std::string other = difference(*stored, planned.settings());
  if (!other.empty()) return failed(planned.untouched(), other, ExitCode::data);
  const TrainingOptions &was = stored->training(), &wanted = planned.settings().training();
  const auto step = static_cast<std::size_t>(contents.metrics.last_step());
  if (step > wanted.last_step()) {
    return failed(std::move(state),
                  "it was trained to step " + grouped(step) + ", beyond " + grouped(wanted.last_step()),
                  ExitCode::data);
  }
  if (contents.status == RunStatus::finished && !to_go_further(step, was, wanted)) {
    state.status = Status::finished;
    return {std::move(state), false};
  }
  if (contents.status == RunStatus::diverged && was.on_nan == wanted.on_nan) {
    return failed(std::move(state), divergence(task.directory), ExitCode::diverged);
  }
  return unfinished(std::move(state), task);
}

bool has_checkpoints(const fs::path& directory) {
  return !list_checkpoints(directory).empty() || fs::exists(best_checkpoint_path(directory));
}

// Whether nothing is lost with it.
bool nothing_trained(const fs::path& directory) {
  if (has_checkpoints(directory)) return false;
  if (!fs::exists(directory / "run.h5")) return true;
  try {
    return RunReader(directory).contents().metrics.last_step() == 0;
  } catch (const DataError&) {
    return false;
  }
}

void clear_away(const fs::path& directory) {
  const RunLock lock(directory);
  std::error_code error;
  if (nothing_trained(directory)) {
    fs::remove_all(directory, error);
  } else {
    fs::rename(directory, free_name_aside(directory), error);
  }
  if (error) throw IoError(directory.string() + ": it cannot be cleared away: " + error.message());
}

bool can_resume(const fs::path& directory) {
  std::vector<std::string> warnings;
  return has_checkpoints(directory) &&
         newest_good_checkpoint(directory, BadCheckpoint::skip, warnings, usable_in(directory)).has_value();
}

}  // namespace

PlannedTask::PlannedTask(const SweepTask& task) : task_(&task) {
  try {
    settings_ = preset_settings(task.preset, task.settings);
    const std::unique_ptr<Task> made = settings_->make_task();
    unit_ = names_of(settings_->loss(*made)).unit;
  } catch (const UsageError& error) {
    throw UsageError(task.name + ": " + error.what());
  }
}

SweepTaskState PlannedTask::untouched() const {
  SweepTaskState state;
  const TrainingOptions& training = settings_->training();
  const bool endless = training.steps == 0 && training.sequences == 0;
  if (!endless) state.sequences_to_do = training.last_step() * training.batch;
  state.unit = unit_;
  return state;
}

Standing look_at(const PlannedTask& planned) {
  const SweepTask& task = planned.task();
  std::error_code error;
  if (!fs::exists(fs::symlink_status(task.directory, error))) return unfinished(planned.untouched(), task);
  if (!fs::is_directory(task.directory, error))
    return failed(planned.untouched(), "a file is in the way", ExitCode::data);
  if (RunLock::held(task.directory)) {
    SweepTaskState state = planned.untouched();
    state.status = Status::running;
    state.elsewhere = true;
    measure(task.directory, state);
    return {std::move(state), false};
  }
  try {
    std::optional<RunReader> run;
    try {
      run.emplace(task.directory);
    } catch (const DataError&) {
      return without_run_file(planned);
    }
    return with_run_file(planned, *run);
  } catch (const Error& found) {
    return failed(planned.untouched(), without_path(found.what(), task.directory), found.code());
  }
}

void measure(const fs::path& run_directory, SweepTaskState& state) {
  try {
    measure(RunReader(run_directory).contents().metrics, state);
  } catch (const DataError&) {
    // it is just starting
  } catch (const IoError&) {
  }
}

NextAttempt prepare(const PlannedTask& planned) {
  const SweepTask& task = planned.task();
  NextAttempt next{can_resume(task.directory), task.settings};
  if (next.resume) {
    next.settings.clear();
    // Also those that the preset says: they may have been others when the run was made.
    const Settings& settings = planned.settings().settings();
    for (const Settings::Entry& entry : settings.entries()) {
      if (may_change(entry.key) && settings.counts(entry))
        next.settings.push_back({entry.key, format_value(entry.field), ""});
    }
  } else if (fs::exists(task.directory)) {
    clear_away(task.directory);
  }
  return next;
}

std::vector<std::string> training_arguments(const SweepTask& task, const NextAttempt& next,
                                            std::size_t threads) {
  std::vector<std::string> arguments = {"train"};
  if (next.resume) {
    arguments.insert(arguments.end(), {"--resume", task.directory.string()});
  } else {
    arguments.insert(arguments.end(), {task.preset, "--out", task.directory.string()});
  }
  for (const Assignment& setting : next.settings)
    arguments.push_back("--" + setting.key + "=" + setting.value);
  arguments.insert(arguments.end(), {"--threads", std::to_string(threads)});
  return arguments;
}

}  // namespace tapehead
