// Tables as comma-separated text (RFC 4180, without line breaks inside of a cell): the published numbers, and ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapehead {

/// One line of a table.
struct CsvRow {
  std::vector<std::string> cells;  // one per column
  std::size_t line = 0;            // in the file, counted from 1; 0: not from a file
};

/// A table whose columns have names.
class CsvTable {
 public:
  std::string name;  // what errors call it
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  /// The column's index, if there is such a column.
  std::optional<std::size_t> find(std::string_view column) const;

  /// The text of a cell; "" if there is no such column.
  const std::string& cell(const CsvRow& row, std::string_view column) const;

  /// The number in a cell; NaN if it is empty or there is no such column. Throws DataError naming line and column if it
  /// is something else.
  double number(const CsvRow& row, std::string_view column) const;

  /// The whole number in a cell, from 0 to `most`; up to the default a double tells every one. Throws DataError as number().
  std::uint64_t whole_number(const CsvRow& row, std::string_view column,
                             std::uint64_t most = kMostWhole) const;
  static constexpr std::uint64_t kMostWhole = std::uint64_t{1} << 53;

  /// Adds a row at the end, and columns that are not there yet behind the others; cells not named are empty.
  void add(const std::vector<std::pair<std::string, std::string>>& cells);

  /// Throws DataError if one of these columns is not there.
  void expect_columns(const std::vector<std::string_view>& wanted) const;

  /// Throws DataError "NAME:LINE: reason".
  [[noreturn]] void refuse(const CsvRow& row, const std::string& reason) const;
};

/// Reads a table whose first line names the columns. Throws DataError ("NAME:LINE: …") if there is no such line, a name
/// comes twice, a line has another number of cells, or a quote is not closed.
CsvTable read_csv(std::istream& in, const std::string& name);

/// Reads a file. Throws DataError if it is not there or damaged, IoError if it cannot be read.
CsvTable read_csv_file(const std::filesystem::path& path);

/// Writes a table; a cell that needs quotes gets them.
void write_csv(std::ostream& out, const CsvTable& table);

/// Writes a file: the old one or the whole new one is there at each moment, whoever else writes it. Throws IoError.
void write_csv_file(const std::filesystem::path& path, const CsvTable& table);

/// Changes a file as write_csv_file() writes it; the table is empty if there is none yet. Other processes that change a
/// file of the same directory in this way wait meanwhile (DirectoryLock). Throws as reading and writing do.
void update_csv_file(const std::filesystem::path& path, const std::function<void(CsvTable&)>& change);

/// A number as a cell: a form that reads back the same, whole numbers without an exponent, "" for NaN.
std::string csv_number(double number);

}  // namespace tapehead
