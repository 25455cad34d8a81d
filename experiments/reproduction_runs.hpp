// From the runs of a reproduction to its records.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_record.hpp"
#include "experiments/run_settings.hpp"
#include "experiments/sweep.hpp"
#include "experiments/trained_net.hpp"
#include "framework/io/run_reader.hpp"

namespace tapehead {

/// Seeds from the first to the last.
struct SeedRange {
  std::size_t first = 1;
  std::size_t last = 0;  // less than first: none

  std::size_t size() const { return last < first ? 0 : last - first + 1; }
  bool contains(std::size_t seed) const { return first <= seed && seed <= last; }
};

/// A row of a result with the settings it is trained with.
struct RowPlan {
  const ReproductionRow* row = nullptr;
  std::vector<Assignment> changes = {};  // over the preset's, without the seed
  std::string hash = {};                 // settings_hash()
  std::size_t sequences = 0;             // that a seed is trained on
  SeedRange seeds = {};                  // wanted
};

/// The plan of a row. `divisor` shortens the training: 10 leaves a tenth of its sequences. Throws UsageError if the
/// preset is not there or wrong.
RowPlan plan_row(const ReproductionRow& row, const SeedRange& seeds, std::size_t divisor);

/// The task that trains a seed in `runs`/<row>-s<seed>.
SweepTask task_of(const RowPlan& plan, std::size_t seed, const std::filesystem::path& runs);

/// Makes way for a task whose directory holds a run of other settings: it becomes <directory>-<their hash>, its log too.
/// Returns its new name, or nothing if nothing was in the way
/// or another process has the task. Throws IoError.
std::optional<std::filesystem::path> set_aside(const SweepTask& task, const std::string& hash);

/// The revision of the program that trained a run, with "+" behind it if that had changes, and the processor's name.
std::string revision_of(const RunContents& contents);
std::string cpu_of(const RunContents& contents);

/// Throws DataError if the net is older than the run's last rows: its last checkpoint is damaged or gone.
void expect_last(const RunReader& run, const TrainedNet& net);

/// A trained seed.
struct TrainedSeed {
  SeedRecord record;
  std::vector<CurvePoint> curve;  // every evaluation
};

/// What a run that is over says, finished or diverged; a finished net is evaluated on the result's variations, on
/// `sequences` sequences each, and the results are added to the run. Nothing if `stop` said so meanwhile. Throws
/// DataError if the run is damaged, not over, or has lost its last checkpoint.
std::optional<TrainedSeed> read_trained_seed(const ReproductionResult& result, const RowPlan& plan,
                                             std::size_t seed, const std::filesystem::path& directory,
                                             std::size_t sequences, const std::function<bool()>& stop);

/// The same of a run's evaluations alone: losses, threshold, optimum.
void measure_curve(SeedRecord& record, const ReproductionResult& result,
                   const std::vector<CurvePoint>& curve);

}  // namespace tapehead
