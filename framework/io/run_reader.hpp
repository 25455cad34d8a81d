// Reads a run: finished, killed, or being written by another process at this moment.
//
// A damaged file is a DataError whatever HDF5 makes of it: a child process reads it (reading_apart.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A run as it was when it was opened. The file is closed again at once, so that a writer is never in the
/// way; traces are read when they are asked for.
class RunReader {
 public:
  /// `run` is a run directory or the run.h5 in one.
  /// Throws DataError naming the file if it is missing, damaged or not a run; IoError if it may not be read.
  explicit RunReader(const std::filesystem::path& run);

  const std::filesystem::path& directory() const { return directory_; }
  const std::filesystem::path& file() const { return file_; }

  /// Columns are cut to the shortest: while a run is written some may be longer.
  const RunContents& contents() const { return contents_; }

  /// "running", "finished", "interrupted", "diverged", "failed", or "killed": it says running, but nobody
  /// writes it.
  std::string status() const;

  /// Whether any HDF5 program opens the file: not while it is written, nor after a kill until it is repaired.
  bool ordinary() const { return ordinary_; }

  /// Names of the probes that were traced.
  const std::vector<std::string>& probes() const { return probes_; }
  /// What a probe recorded. Throws UnavailableError if it was not traced, DataError if it is damaged.
  TraceSet traces(const std::string& probe) const;

  /// What users added to the root of the file, as an HDF5 file in memory; empty if they added nothing. Throws DataError
  /// if it is damaged.
  std::vector<std::byte> additions() const;

 private:
  void read();

  std::filesystem::path directory_, file_;
  RunContents contents_;
  std::vector<std::string> probes_;
  bool ordinary_ = true, killed_ = false;
};

/// The name of a status in run.h5 and in messages.
std::string status_name(RunStatus status);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
