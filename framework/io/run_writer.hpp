// Writes run.h5 while a run goes on, so that it can be read at any moment and survives kill -9.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/io/run_lock.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The one writer of a run, from its first step to its end. Rows are kept in memory, without heap allocation,
/// and written in blocks; what was flushed is in the file whatever happens to the process. Columns are
/// written before `step`, so a reader that takes the shortest column never sees half a row. To be used by one
/// thread at a time.
class RunWriter {
 public:
  /// Starts a run in a directory, which is made if need be. Throws UsageError if there is a run.h5 in it,
  /// IoError if another process is writing there or the file cannot be made.
  static RunWriter create(const std::filesystem::path& run_directory, const RunDescription& description);
  /// The same in a directory whose lock the caller has taken.
  static RunWriter create(RunLock lock, const std::filesystem::path& run_directory,
                          const RunDescription& description);

  /// Continues a run after a checkpoint was loaded under the run's lock: run.h5 is made anew from the checkpoint's metrics, and
  /// what the old file has beyond them up to the checkpoint's step (later evaluations, traces, what users
  /// added) is taken over. Warnings tell what of the old file could not be read. Throws IoError as create()
  /// does.
  static RunWriter resume(RunLock lock, const std::filesystem::path& run_directory,
                          const RunDescription& description, const RunMetrics& metrics, std::int64_t step,
                          std::vector<std::string>& warnings);

  RunWriter(RunWriter&&) noexcept;
  RunWriter& operator=(RunWriter&&) = delete;
  /// A run that was not finished ends as "failed".
  ~RunWriter();

  /// A row of /metrics/train: values in the order of the description's columns, NaN for what was not
  /// measured. Throws std::invalid_argument at a wrong number of values or a step not after the last one.
  void append_train(std::int64_t step, std::span<const double> values);
  void append_eval(std::int64_t step, std::span<const double> values);

  /// Overwrites a number of /summary. Throws std::invalid_argument if the description has none of that name.
  void set_summary(std::string_view name, double value);

  /// Flushes if the last flush is half a second old. Call it after every step: a look at a clock is all it
  /// costs.
  void flush_if_due();
  /// Hands everything to the operating system. Call it before anything that takes long (an evaluation, a
  /// checkpoint). Throws IoError; the file then has what it had before.
  void flush();

  /// Everything so far, read back from the file, for a checkpoint. Flushes.
  RunMetrics metrics();

  /// Seconds spent on this run, those before it was resumed included.
  double wall_seconds() const;

  /// Flushes, records how the run ended, closes the file, and reads it back. Throws IoError if that fails; if
  /// rows could not be written, the run ends as "failed" with the rows that were.
  void finish(RunStatus status);

 private:
  class Impl;
  explicit RunWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
