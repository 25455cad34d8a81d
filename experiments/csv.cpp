#include "experiments/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <span>
#include <sstream>

#include "experiments/directory_lock.hpp"
#include "framework/io/durable_file.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // spreadsheets put it first

DataError wrong(const std::string& name, std::size_t line, const std::string& reason) {
  return DataError(name + ":" + std::to_string(line) + ": " + reason);
}

// The cells of one line without its end.
std::vector<std::string> cells_of(std::string_view text, const std::string& name, std::size_t line) {
  std::vector<std::string> cells(1);
  bool quoted = false, closed = false;  // inside of quotes; behind the closing one
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cells.back() += text[++i];
      } else {
        quoted = false, closed = true;
      }
    } else if (c == ',') {
      cells.emplace_back();
      closed = false;
    } else if (closed || (c == '"' && !cells.back().empty())) {
      throw wrong(name, line, "a quote stands inside of a cell that is not quoted as a whole");
    } else if (c == '"') {
      quoted = true;
    } else {
      cells.back() += c;
    }
  }
  if (quoted) throw wrong(name, line, "a quote is not closed");
  return cells;
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

void write_line(std::ostream& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : ",") << quoted(cells[i]);
  out << "\n";
}

void make_parent(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw IoError(path.parent_path().string() + ": it cannot be made: " + error.message());
}

}  // namespace

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

const std::string& CsvTable::cell(const CsvRow& row, std::string_view column) const {
  static const std::string none;
  const auto index = find(column);
  return index ? row.cells[*index] : none;
}

double CsvTable::number(const CsvRow& row, std::string_view column) const {
  const std::string& text = cell(row, column);
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(row, "column '" + std::string(column) + "': expected a number, got '" + text + "'");
  }
  return value;
}

std::uint64_t CsvTable::whole_number(const CsvRow& row, std::string_view column, std::uint64_t most) const {
  const double value = number(row, column);
  if (!(value >= 0 && value <= static_cast<double>(most) && value == std::floor(value)))
    refuse(row,
           "column '" + std::string(column) + "': expected a whole number, got '" + cell(row, column) + "'");
  return static_cast<std::uint64_t>(value);
}

void CsvTable::add(const std::vector<std::pair<std::string, std::string>>& cells) {
  CsvRow row;
  for (const auto& [column, text] : cells) {
    if (!find(column)) columns.push_back(column);
  }
  for (CsvRow& old : rows) old.cells.resize(columns.size());
  row.cells.resize(columns.size());
  for (const auto& [column, text] : cells) row.cells[*find(column)] = text;
  rows.push_back(std::move(row));
}

void CsvTable::expect_columns(const std::vector<std::string_view>& wanted) const {
  for (const std::string_view column : wanted) {
    if (!find(column)) throw wrong(name, 1, "there is no column '" + std::string(column) + "'");
  }
}

void CsvTable::refuse(const CsvRow& row, const std::string& reason) const {
  throw wrong(name, row.line, reason);
}

CsvTable read_csv(std::istream& in, const std::string& name) {
  CsvTable table;
  table.name = name;
  std::string text;
  for (std::size_t line = 1; std::getline(in, text); ++line) {
    if (line == 1 && text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    if (text.ends_with('\r')) text.pop_back();
    if (text.find('\0') != std::string::npos) throw wrong(name, line, "it is no text");
    if (text.empty()) continue;
    std::vector<std::string> cells = cells_of(text, name, line);
    if (table.columns.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (std::find(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(i), cells[i]) !=
            cells.begin() + static_cast<std::ptrdiff_t>(i)) {
          throw wrong(name, line, "two columns are named '" + cells[i] + "'");
        }
      }
      table.columns = std::move(cells);
    } else if (cells.size() != table.columns.size()) {
      throw wrong(name, line,
                  "expected " + std::to_string(table.columns.size()) +
                      " cells, as many as the first line, got " + std::to_string(cells.size()));
    } else {
      table.rows.push_back({std::move(cells), line});
    }
  }
  if (table.columns.empty()) throw wrong(name, 1, "expected a line that names the columns");
  return table;
}

CsvTable read_csv_file(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw DataError(path.string() + ": there is no such file");
  const std::vector<std::byte> bytes = read_bytes(path);
  std::istringstream in(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return read_csv(in, path.string());
}

void write_csv(std::ostream& out, const CsvTable& table) {
  write_line(out, table.columns);
  for (const CsvRow& row : table.rows) write_line(out, row.cells);
}

void write_csv_file(const std::filesystem::path& path, const CsvTable& table) {
  make_parent(path);
  std::ostringstream text;
  write_csv(text, table);
  write_whole(path, std::as_bytes(std::span(text.view())));
}

void update_csv_file(const std::filesystem::path& path, const std::function<void(CsvTable&)>& change) {
  make_parent(path);
  const DirectoryLock lock(path.has_parent_path() ? path.parent_path() : ".");
  CsvTable table;
  if (std::filesystem::exists(path)) table = read_csv_file(path);
  table.name = path.string();
  change(table);
  write_csv_file(path, table);
}

std::string csv_number(double number) {
  if (std::isnan(number)) return "";
  constexpr double kWhole = 1e15;  // below, whole numbers are written as such: 500000, not 5e+05
  const bool whole = std::abs(number) < kWhole && number == std::trunc(number);
  std::array<char, 32> text;
  const auto end =
      whole ? std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr
            : std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace tapehead
