// A training run from its settings, or from a checkpoint, to its end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

/// How a run ended.
struct TrainingOutcome {
  std::filesystem::path directory;
  ExitCode code;      // done, or that of the signal that interrupted the run
  double final_loss;  // of the last evaluation, NaN if there was none
};

/// Starts a run in `directory`, which exists and is empty. `threads` at most; results do not depend on them.
/// Throws DivergedError (the run is then marked so), IoError.
TrainingOutcome start_training(const RunSettings& settings, const std::filesystem::path& directory,
                               std::optional<std::size_t> threads);

/// Goes on with a run from its newest good checkpoint, under its own settings with `changes` over them: of these only
/// such as leave what was computed so far as it is. Throws UsageError at any other, DataError if there is no usable
/// checkpoint, and as start_training().
TrainingOutcome resume_training(const std::filesystem::path& directory, std::span<const Assignment> changes,
                                std::optional<std::size_t> threads);

}  // namespace tapehead
