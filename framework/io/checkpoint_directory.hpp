// The checkpoints of a run: RUN/checkpoints/step-NNNNNNNNN.h5 and best.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "framework/io/checkpoint.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

std::filesystem::path checkpoint_path(const std::filesystem::path& run_directory, std::int64_t step);
std::filesystem::path best_checkpoint_path(const std::filesystem::path& run_directory);

/// Paths of the checkpoints by step, newest first; best.h5 is not among them. Empty if there is none.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& run_directory);

struct FoundCheckpoint {
  std::filesystem::path path;
  Checkpoint checkpoint;
};

/// What happens to a checkpoint that cannot be used: it stays, or it is renamed to end in .bad. The latter only by
/// the process that holds the run's lock, and only when another one was found good: otherwise nothing is touched.
enum class BadCheckpoint { skip, set_aside };

/// The newest checkpoint that can be used, best.h5 if it is newer than those by step. Those that cannot, because they
/// are damaged or `accept` throws a DataError at them (another model), are passed over; a warning says which, why,
/// and where they are now.
std::optional<FoundCheckpoint> newest_good_checkpoint(
    const std::filesystem::path& run_directory, BadCheckpoint bad, std::vector<std::string>& warnings,
    const std::function<void(const FoundCheckpoint&)>& accept = [](const FoundCheckpoint&) {});

/// The run_id of each checkpoint that is whole, best.h5 among them.
std::vector<std::string> checkpoint_run_ids(const std::filesystem::path& run_directory);

/// Removes all checkpoints by step up to `step`, which has just been written, but the newest `keep` of them. Later ones
/// could not be read when the run was resumed before them; they stay. Throws IoError.
void prune_checkpoints(const std::filesystem::path& run_directory, std::int64_t step, std::size_t keep = 2);

/// A name that is free for a bad file to be kept under: path + ".bad", or ".2.bad", ".3.bad", … behind it.
std::filesystem::path free_name_aside(const std::filesystem::path& path);

/// Gives a bad file such a name beside its own, so that it outlives the one that takes its place. Throws IoError.
std::filesystem::path keep_aside(const std::filesystem::path& file);

/// Removes what killed writers of this run left half written. Only for the process that is about to write the
/// run.
void sweep_temporaries(const std::filesystem::path& run_directory);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
