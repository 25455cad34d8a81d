// Small tables of numbers and texts as one HDF5 file: what several runs say together.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "framework/io/metrics.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One column, all of a table's of the same number of rows.
struct TableColumn {
  Column column;
  std::variant<std::vector<double>, std::vector<std::string>> values;  // [row]
};

/// A group of columns.
struct Table {
  std::string name;  // of its group: "table", "curves/copy-ntm-ff"
  std::vector<TableColumn> columns;
};

/// Writes a file with @Conventions = "Tapehead-tables-1", @title, and each table as a group of datasets [row]; a table
/// without rows becomes an empty group. The old file or the whole new one is there at each moment. Throws IoError.
void write_tables(const std::filesystem::path& path, const std::string& title, std::span<const Table> tables);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
