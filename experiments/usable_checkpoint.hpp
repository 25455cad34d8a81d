// Whether a run can go on from a checkpoint that is whole.
#pragma once

#include <filesystem>
#include <functional>

#include "framework/io/checkpoint_directory.hpp"

namespace tapehead {

/// Throws DataError naming the file and the reason unless the checkpoint's own settings make a model and a trainer that
/// it fits: every parameter and all optimiser state there, of the right shape, made of numbers; no other parameter; all
/// counters; settings that do not contradict each other.
void expect_usable(const FoundCheckpoint& found);

/// What newest_good_checkpoint() is to ask of the checkpoints of a run: expect_usable(), and that they are of this run
/// and not copied in from another. The run is the one that run.h5 names, unless more checkpoints name another one: they
/// carry a digest, run.h5 does not.
std::function<void(const FoundCheckpoint&)> usable_in(const std::filesystem::path& run_directory);

}  // namespace tapehead
