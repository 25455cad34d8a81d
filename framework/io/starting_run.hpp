// What stands in run.h5 when its writer begins: nothing measured yet, or what a checkpoint and an older file have.
// Internal to framework/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

struct StartingRun {
  RunContents contents;
  std::vector<ProbeTraces> probes = {};
  std::vector<std::byte> additions = {};  // of users; see RunReader::additions()
};

/// All tables and scalars of the description, empty.
StartingRun new_run(const RunDescription& description);

/// The metrics of a checkpoint, and what the run.h5 in the directory, if there is one, has beyond them up to the
/// checkpoint's step: later evaluations, traces, what users added. Warnings tell what of it could not be read.
StartingRun resumed_run(const std::filesystem::path& run_directory, const RunDescription& description,
                        const RunMetrics& metrics, std::int64_t step, std::vector<std::string>& warnings);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
