// Tables of numbers by training step, as /metrics holds them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What a column or scalar is: "loss", "bit", "cost per sequence".
struct Column {
  std::string name;
  std::string units = "1";
  std::string long_name = "";
};

struct MetricsColumn {
  Column column;
  std::vector<double> values;  // [row], NaN where nothing was measured
};

/// One of /metrics/train and /metrics/eval: rows in the order of their steps.
struct MetricsTable {
  std::vector<std::int64_t> step;  // [row]
  std::vector<MetricsColumn> columns;

  /// A table of these columns without rows.
  static MetricsTable with(const std::vector<Column>& columns);

  /// The column, or nullptr.
  const MetricsColumn* find(std::string_view name) const;

  /// The values of a column, which is added, full of NaN, if it is not there.
  std::vector<double>& values(const Column& column);

  /// The index of the last row of that step, which is inserted in order, full of NaN, if it is not there.
  std::size_t row(std::int64_t at_step);

  /// Removes the rows after a step.
  void cut_after(std::int64_t last_step);

  /// Fills in what this table lacks from another: columns, rows, and values that are NaN here.
  void fill_from(const MetricsTable& other);
};

/// A number that stands for the run as a whole: best_loss.
struct SummaryScalar {
  Column column;
  double value = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
