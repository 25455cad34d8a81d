// How the runs of a sweep stand, as a table to read and as DIR/summary.csv.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>

#include "experiments/sweep.hpp"

namespace tapehead {

/// Number, what varies, status, sequences, final loss, wall time, and the reason of failures.
void write_sweep_table(std::ostream& out, std::span<const SweepTask> tasks,
                       std::span<const SweepTaskState> states);

/// The same as comma-separated text, numbers in full. The column wall_seconds aside it does not depend on when and how
/// often the sweep was interrupted. Throws IoError.
void write_sweep_csv(const std::filesystem::path& path, std::span<const SweepTask> tasks,
                     std::span<const SweepTaskState> states);

}  // namespace tapehead
