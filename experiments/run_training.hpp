// A training run from its settings, or from a checkpoint, to its end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

/// How a run ended.
struct TrainingOutcome {
  std::filesystem::path directory;
  ExitCode code;      // done, or that of the signal that interrupted the run
  double final_loss;  // of the last evaluation, NaN if there was none
};

// While a run is written, the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 (experiments/signals.hpp) makes it save itself and
// return, with the status "interrupted" and the code of the signal:
//
//   before there is a directory      the signal ends the process; nothing is left behind
//   from then on to the first step   the run goes through its start and saves its step 0
//   between steps, and in one        the step is finished, then saved
//   in an evaluation                 it is dropped and done first when the run goes on
//   in a checkpoint                  it is finished, then the run saved
//   after the last step and          the run finishes; the code is 0
//     its evaluation
//   on resuming, until run.h5        the signal ends the process; the run is as it was
//     is rebuilt

/// Starts a run in the directory `out`, or one below results/runs; see create_run_directory(). What cannot be built is
/// refused before it is made. `threads` at most; results do not depend on them.
/// Throws UsageError, DivergedError (the run is then marked so), IoError.
TrainingOutcome start_training(const RunSettings& settings, const std::optional<std::string>& out,
                               std::optional<std::size_t> threads);

/// Whether a setting may change when a run goes on: it leaves what was computed so far as it is.
bool may_change(std::string_view key);

/// Goes on with a run from its newest good checkpoint, under its own settings with `changes` over them: of these only
/// such as leave what was computed so far as it is. Warns of a program or machine other than before.
/// Throws UsageError at any other change, DataError if there is no usable checkpoint, and as start_training().
TrainingOutcome resume_training(const std::filesystem::path& directory, std::span<const Assignment> changes,
                                std::optional<std::size_t> threads);

}  // namespace tapehead
