// Why a run met numbers that are not finite: its last steps once more, with a look at every tensor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/progress.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/training/diagnosis.hpp"

namespace tapehead {

/// How far everything reaches at one training step, before its update.
struct StepRanges {
  using Named = std::pair<std::string, FiniteRange>;

  std::uint64_t step = 0;
  double loss = std::numeric_limits<double>::quiet_NaN();
  double grad_norm = std::numeric_limits<double>::quiet_NaN();  // NaN too if it was not computed
  std::vector<Named> recorded;    // what the memory does, all examples and time steps together
  std::vector<Named> parameters;  // those that are trained
};

struct Autopsy {
  std::string run;                   // preset and seed
  std::filesystem::path checkpoint;  // empty: replayed from the run's start
  std::uint64_t from = 0;            // the step it was at
  std::uint64_t to = 0;              // the step looked at
  std::vector<std::string> warnings;
  std::size_t rows_compared = 0;      // of metrics/train, between the two
  std::size_t rows_different = 0;     // in any bit of loss, error, norm, rate
  std::uint64_t first_different = 0;  // a step
  std::string other_program;  // what differs between the run's program or machine and this; empty: nothing
  bool recorded = true;       // the run itself found that step not to be finite
  std::optional<Diagnosis> diagnosis;  // nothing: everything at that step is finite
  std::vector<StepRanges> before;      // up to the step itself
};

/// The step at which a run last met something that is not finite; 0 if it never did, nothing if it diverged and does
/// not say where.
std::optional<std::uint64_t> failed_step(const RunReader& run);

/// Replays a run up to a step (nothing: the first that is not finite) from its newest checkpoint before that, or from
/// its start. Nothing is written. Throws UsageError if the run ends before that step.
Autopsy replay(const RunReader& run, std::optional<std::uint64_t> step, Progress& progress);

}  // namespace tapehead
