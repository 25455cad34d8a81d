// Tables for a reader: columns of text, two spaces apart.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace tapehead {

/// Characters of UTF-8 text, which most terminals show one column wide.
std::size_t text_width(const std::string& text);

enum class Align { left, right };

struct TextColumn {
  std::string title;
  Align align = Align::left;
};

/// Writes a table, its titles above it. Empty cells become "-"; a row may lack its last cells.
void write_text_table(std::ostream& out, const std::vector<TextColumn>& columns,
                      const std::vector<std::vector<std::string>>& rows);

}  // namespace tapehead
