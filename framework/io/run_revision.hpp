// Additions to a run that nobody is writing: traces and later evaluations.
//
// Each makes a new, ordinary file beside the old one and renames it, so that run.h5 is always the old or the
// new one. A killed run keeps its status, and all of its rows. All throw IoError if the run is being written
// or the new file cannot be, and DataError if the old one is damaged: run_repair.hpp mends it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/io/metrics.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Adds /traces/<probe>, in place of an earlier one of that name. Throws std::invalid_argument if the traces
/// do not fit together (see TraceSet).
void write_traces(const std::filesystem::path& run_directory, const std::string& probe,
                  const TraceSet& traces);

/// One measured value for a column of /metrics/eval, which is added if it is not there: "bits_length_50".
struct Measurement {
  Column column;
  double value;
};

/// Writes values into the row of /metrics/eval at a training step; the row is added if it is not there.
void add_eval_columns(const std::filesystem::path& run_directory, std::int64_t step,
                      const std::vector<Measurement>& measurements);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
