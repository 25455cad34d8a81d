// Mends a run.h5: that of a killed run becomes an ordinary file, a damaged or missing one is rebuilt.
//
// The caller holds the run's lock. The new file takes the place of the old one in one piece; an old one of which
// anything was lost is kept beside it, its name ending in .bad. All throw IoError if the new file cannot be written;
// the old one is then still there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/io/run_lock.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What a repair came to.
struct Repair {
  enum class Done { nothing, made_ordinary, rebuilt };
  Done done = Done::nothing;        // nothing: all of run.h5 can be read, by any HDF5 program
  RunContents contents;             // of run.h5 as it is now
  std::vector<std::string> probes;  // what is traced in it
  std::vector<std::string> lost;    // what of the old file could not be read, and why
  std::filesystem::path old_file;   // where the old file is kept; empty if it was whole
};

/// Turns the run.h5 of a killed run into an ordinary file with all its rows and the status it had. Traces, and what
/// users added, are left out where they are damaged. Throws DataError if the run's own part of the file is damaged, or
/// if there is no file.
Repair repair_run(const RunLock& lock, const std::filesystem::path& run_directory);
/// The same under a lock of its own. Throws IoError too if the run is being written.
Repair repair_run(const std::filesystem::path& run_directory);

/// Rebuilds run.h5 from what a checkpoint of this step knows. Of a damaged run.h5 that is there, what can be read is
/// kept: rows after the step, later evaluations, traces, provenance, status. A run whose status is lost counts as killed.
Repair rebuild_run(const RunLock& lock, const std::filesystem::path& run_directory,
                   const RunContents& checkpoint, std::int64_t step);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
