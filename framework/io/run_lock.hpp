// Who may write a run: the holder of flock(2) on RUN/lock. The kernel frees it when its process ends, however
// it ends, so a run that says "running" while nobody holds the lock was killed.
#pragma once

#include <filesystem>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class RunLock {
 public:
  /// Takes the lock, waiting a moment for readers that are just asking whether it is held.
  /// Throws IoError if another writer has it, or if the lock file cannot be made.
  explicit RunLock(const std::filesystem::path& run_directory);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

  /// Whether a process, this one included, is writing the run.
  static bool held(const std::filesystem::path& run_directory);

 private:
  int descriptor_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
