// A finished run.h5 with something changed or added. Internal to framework/io.
#pragma once

#include <filesystem>
#include <functional>

#include "framework/io/starting_run.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Reads a run that nobody is writing, lets `change` work on all that stands in its file, and puts the result in its
/// place: the file is the old or the new one at each moment. Throws IoError if the run is being written or the new file
/// cannot be, DataError if there is no such run or it is damaged, and what `change` throws.
void revise_run(const std::filesystem::path& run_directory, const std::function<void(StartingRun&)>& change);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
