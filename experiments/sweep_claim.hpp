// Which process may train a run of a sweep, and the log of those that did.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/sweep.hpp"

namespace tapehead {

/// <directory>.log
std::filesystem::path log_path(const SweepTask& task);

/// The right to train a task: flock(2) on its log file, kept from before its directory is there, and by the process
/// that trains it even if the sweep is killed. What is printed there are attempts, each headed by its command.
class TaskClaim {
 public:
  /// Nothing if another process has it; a `patient` call waits half a second for it, for a process that only looks has
  /// it for a moment. Throws IoError if the log cannot be made.
  static std::optional<TaskClaim> take(const SweepTask& task, bool patient = false);
  static bool held(const SweepTask& task);

  TaskClaim(TaskClaim&& other) noexcept;
  TaskClaim& operator=(TaskClaim&&) = delete;
  ~TaskClaim();

  /// For the output of the process that trains.
  int descriptor() const { return descriptor_; }

  /// The lines around an attempt in the log.
  void attempt_begins(const std::vector<std::string>& arguments) const;
  void attempt_ended(int exit_code) const;
  void error(std::string_view message) const;

 private:
  explicit TaskClaim(int descriptor) : descriptor_(descriptor) {}
  void write(const std::string& text) const;

  int descriptor_;
};

}  // namespace tapehead
