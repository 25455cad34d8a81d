// Many runs by several processes at once: each a child of this program that trains one run.
//
// A run's directory is its state. A finished one is skipped, an unfinished one goes on from its newest checkpoint, and a
// start that left no checkpoint is made again, so a sweep can be killed at any moment and called again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

/// One run of a sweep.
struct SweepTask {
  std::string name;                  // unique within the sweep, also its directory's name: "copy-ntm-ff-s3"
  std::string preset;                // the name of one, or the path of an .ini file
  std::vector<Assignment> settings;  // over the preset's, the seed among them ("seed")
  std::filesystem::path directory;   // of the run; what its process prints is in <directory>.log
};

/// How a run of a sweep stands.
struct SweepTaskState {
  enum class Status {
    waiting,  // not begun, or not at its end: interrupted, killed
    running,  // by this sweep, or by another process (`elsewhere`)
    finished,
    failed,  // for the reason below; the others go on
  };
  Status status = Status::waiting;
  std::string reason;  // of failed: one line, with the exit code's meaning
  std::uint64_t sequences = 0;
  std::uint64_t sequences_to_do = 0;                       // in all
  double loss = std::numeric_limits<double>::quiet_NaN();  // of the last evaluation; NaN: there was none
  double wall_seconds = 0;                                 // of training, over all processes the run took
  std::string unit;                                        // of the loss
  bool elsewhere = false;                                  // running, in a process that is not of this sweep
  ExitCode code = ExitCode::done;                          // of failed: what training it alone ends with
};

struct SweepOptions {
  std::size_t processes = 1;                                           // at a time
  std::optional<std::chrono::steady_clock::time_point> deadline = {};  // runs save themselves and stop then
  bool progress = true;                                                // shown on the standard error
  std::size_t threads = 1;                                             // of each process
  /// Called, if given, by run_sweep()'s thread as soon as a task is finished or failed, also one that was before; its
  /// index among the tasks, and how it stands. The other runs go on meanwhile, but none is started. `reproduce` evaluates nets in it.
  /// What it throws makes the running ones save themselves, and is thrown on.
  std::function<void(std::size_t task, const SweepTaskState& state)> ended = {};
};

struct SweepOutcome {
  std::vector<SweepTaskState> tasks;  // as the tasks, in their order
  /// done: every run finished, or would have but for the deadline. Else that of the signal; else that of the failures,
  /// if it is one and the same; else diverged, if one of them did; else that of the first failure. unavailable: nothing
  /// failed, but other processes are still training some of the runs.
  ExitCode code = ExitCode::done;
  bool out_of_time = false;  // the deadline came first
  int signal = 0;            // that asked for the end, or 0
};

/// Trains the tasks in their order, at most `processes` at a time, and returns when nothing is left to do. A task that
/// another process is training is left to it.
///
/// The first SIGINT, SIGTERM, SIGHUP or SIGUSR1 (experiments/signals.hpp), or the deadline, makes the runs save
/// themselves and the sweep return. The processes end in the same way when this one is killed.
///
/// A run in the way whose settings are not the task's, apart from such as may change when a run is resumed, is a
/// failure, and left as it is. So is a task that diverged before.
///
/// Throws UsageError if a task's settings are wrong or two tasks share a name or directory, before anything is started;
/// UnavailableError if processes cannot be started.
SweepOutcome run_sweep(std::span<const SweepTask> tasks, const SweepOptions& options);

/// How each task stands, without starting any.
std::vector<SweepTaskState> look_at(std::span<const SweepTask> tasks);

/// Trains one task in this process, unless it is finished, as `train` and `train --resume` would. Throws what these throw;
/// DivergedError if it diverged before, DataError if something else is in the way, UnavailableError if another process
/// is training it.
ExitCode run_task(const SweepTask& task, std::size_t threads);

/// "waiting", "running", "running elsewhere", "finished" or "failed".
std::string status_text(const SweepTaskState& state);

}  // namespace tapehead
