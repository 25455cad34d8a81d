// DIR/manifest: the runs of a sweep, a line each, with number, name, preset and settings.
//
//   1  copy-ntm-lstm-slots=32-s1   ntm2014/copy-ntm-lstm  memory.slots=32 seed=1
//   2  copy-ntm-lstm-slots=32-s2   ntm2014/copy-ntm-lstm  memory.slots=32 seed=2
//
// Comments begin with '#'; a word with spaces in it stands in double quotes.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "experiments/sweep.hpp"

namespace tapehead {

std::filesystem::path manifest_path(const std::filesystem::path& directory);

/// Writes a manifest whole or not at all, the directory too. Throws IoError.
void write_manifest(const std::filesystem::path& directory, std::span<const SweepTask> tasks);

/// Reads one; the runs' directories are below `directory`. Throws DataError ("FILE:LINE: …") at a line that is none of a
/// manifest, IoError if it cannot be read.
std::vector<SweepTask> read_manifest(const std::filesystem::path& directory);

/// Whether the first runs that are there are the wanted ones, in this order: then a wanted run has its number there.
bool begins_with(std::span<const SweepTask> there, std::span<const SweepTask> wanted);

/// The runs that are there, and behind them those that are wanted besides. Throws UsageError with what differs unless all
/// that are there are wanted too, in whatever order.
std::vector<SweepTask> with_new_runs(const std::filesystem::path& directory, std::span<const SweepTask> there,
                                     std::span<const SweepTask> wanted);

}  // namespace tapehead
