// Between a trainer and a checkpoint: what is saved, under which names, and how it comes back.
#pragma once

#include <filesystem>
#include <vector>

#include "experiments/run_settings.hpp"
#include "framework/io/checkpoint.hpp"
#include "framework/models/model.hpp"
#include "framework/training/trainer.hpp"

namespace tapehead {

/// The settings as attributes: one for each that has a value, typed.
std::vector<Attribute> config_attributes(const Settings& settings);

/// All that a run needs to go on from here. `metrics` are those measured so far.
Checkpoint capture(const Trainer& trainer, const RunSettings& settings, const std::string& run_id,
                   RunMetrics metrics);

/// Gives a model the parameters of a checkpoint. Throws DataError naming `where` if they are another model's.
void restore_parameters(const Checkpoint& checkpoint, const std::filesystem::path& where, Model& model);

/// Makes a trainer stand where the checkpoint was taken. Throws DataError as restore_parameters().
void restore(const Checkpoint& checkpoint, const std::filesystem::path& where, Trainer& trainer);

/// Takes back the evaluation that closed a run at a step where none was due: a run that goes on from there is then the
/// same as one that was never stopped. Changes the checkpoint's metrics and counters.
/// Throws DataError if counters are missing.
void reopen(Checkpoint& checkpoint, const std::filesystem::path& where, const TrainingOptions& options);

}  // namespace tapehead
