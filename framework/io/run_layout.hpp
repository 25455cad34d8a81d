// The whole of run.h5, written and read in one place. Internal to framework/io.
#pragma once

#include <filesystem>
#include <vector>

#include "framework/io/hdf5_tables.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// Puts everything into a new, empty file.
void write_run(const File& file, const RunContents& contents, const std::vector<ProbeTraces>& probes);

/// Everything except traces. Throws Failure if the file is not a run's.
RunContents read_run(const File& file);
/// Of that, how the run stands: status, wall_seconds and end_unix_time.
void read_ending(const File& file, RunContents& into);
std::vector<std::string> probe_names(const File& file);

/// Opens run.h5 for reading: as an ordinary file or, while it is written or after its writer was killed, with
/// SWMR.
File open_run(const std::filesystem::path& file);

/// Copies the members of the root group that a run does not have by itself: what users added.
void copy_additions(const File& from, const File& to);
/// The same into a file in memory, of which the bytes are returned; none if nothing was added.
std::vector<std::byte> additions_in(const File& file);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
