// One run of a sweep: how it stands on disk, who may train it, and how it gets further.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/run_settings.hpp"
#include "experiments/sweep.hpp"

namespace tapehead {

/// A task whose settings are known to be right.
class PlannedTask {
 public:
  /// The task must outlive it. Throws UsageError naming the task if its settings make no run.
  explicit PlannedTask(const SweepTask& task);

  const SweepTask& task() const { return *task_; }
  const RunSettings& settings() const { return *settings_; }

  /// The state of a run that has not begun.
  SweepTaskState untouched() const;

 private:
  const SweepTask* task_;
  std::unique_ptr<RunSettings> settings_;
  std::string unit_;  // of the loss
};

/// What is found of a task on disk.
struct Standing {
  SweepTaskState state;
  bool to_do;  // there is something left to train, and it can be tried
};

/// Looks at a task's directory. It says `elsewhere` if a process holds the run's lock, whoever that is.
Standing look_at(const PlannedTask& planned);

/// Sequences, loss and wall time of a run as far as its run.h5 can be read at this moment; else nothing changes.
void measure(const std::filesystem::path& run_directory, SweepTaskState& state);

/// What gets a task further that is to do.
struct NextAttempt {
  bool resume;                       // from the newest checkpoint
  std::vector<Assignment> settings;  // over the preset's or, of one that is resumed, over its own
};

/// Makes way for the next attempt at a task that is to do, its claim held: what a start left behind that made no
/// checkpoint is removed, and a run whose checkpoints are all damaged is set aside. Throws IoError.
NextAttempt prepare(const PlannedTask& planned);

/// The attempt as arguments of this program.
std::vector<std::string> training_arguments(const SweepTask& task, const NextAttempt& next,
                                            std::size_t threads);

}  // namespace tapehead
