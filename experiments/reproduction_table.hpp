// The table of a reproduction: on the terminal, as CSV, and with the curves as HDF5.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>

#include "experiments/csv.hpp"
#include "experiments/reproduction_summary.hpp"

namespace tapehead {

/// A column per row of the result that has seeds, and the paper's numbers beside ours.
void write_reproduction_table(std::ostream& out, const ReproductionResult& result,
                              std::span<const RowSummary> rows);

/// The same numbers unrounded, a line per row of the result. Empty cells: not known.
CsvTable reproduction_table(const ReproductionResult& result, std::span<const RowSummary> rows);

/// The table, every seed's curve and every row's survival curve as one HDF5 file: /table/<column>,
/// /curves/<row>/{seed, sequences, loss}, /survival/<row>/{sequences, surviving}. Throws IoError.
void write_reproduction_file(const std::filesystem::path& path, const ReproductionResult& result,
                             std::span<const RowSummary> rows, const CsvTable& curves);

}  // namespace tapehead
