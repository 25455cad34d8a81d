// The order in which the peers hold the columns of our matrices.
#pragma once

#include <cstdint>
#include <vector>

#include "framework/memory/ntm_heads.hpp"
#include "tests/benchmarks/networks.hpp"

namespace tapehead::bench {

/// For every column of a matrix as a peer holds it, our column.
using Columns = std::vector<std::int64_t>;

inline void append(Columns& columns, std::size_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) columns.push_back(static_cast<std::int64_t>(first + i));
}

/// i, f, o, g: what has the same activation stands together.
inline Columns gate_columns(std::size_t units) {
  Columns columns;
  append(columns, 0, 2 * units);
  append(columns, 3 * units, units);
  append(columns, 2 * units, units);
  return columns;
}

/// For each head its key, key strength, sharpening, gate and shifts; then all erase and all add vectors.
inline Columns head_columns(const HeadLayout& layout) {
  Columns columns;
  for (std::size_t head = 0; head < layout.heads(); ++head) {
    append(columns, layout.key(head), kWidth);
    append(columns, layout.key_strength(head), 1);
    append(columns, layout.sharpening(head), 1);
    append(columns, layout.gate(head), 1);
    append(columns, layout.shift(head), layout.shifts());
  }
  append(columns, layout.erase(), layout.write_heads * kWidth);
  append(columns, layout.add(), layout.write_heads * kWidth);
  return columns;
}

}  // namespace tapehead::bench
