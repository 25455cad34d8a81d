#include "experiments/text_table.hpp"

#include <algorithm>
#include <ostream>

namespace tapehead {
namespace {

constexpr std::size_t kGap = 2;

const std::string& cell(const std::vector<std::string>& row, std::size_t column) {
  static const std::string none = "-";
  return column < row.size() && !row[column].empty() ? row[column] : none;
}

}  // namespace

std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void write_text_table(std::ostream& out, const std::vector<TextColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TextColumn& column : columns) lines.front().push_back(column.title);
  lines.insert(lines.end(), rows.begin(), rows.end());
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      widths[i] = std::max(widths[i], text_width(cell(line, i)));
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& one = cell(line, i);
      const std::string space(widths[i] - text_width(one), ' ');
      text += std::string(i == 0 ? 0 : kGap, ' ') +
              (columns[i].align == Align::right ? space + one : one + space);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << "\n";
  }
}

}  // namespace tapehead
