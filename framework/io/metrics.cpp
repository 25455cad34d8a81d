#include "framework/io/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

MetricsTable MetricsTable::with(const std::vector<Column>& columns) {
  MetricsTable table;
  for (const Column& column : columns) table.columns.push_back({.column = column, .values = {}});
  return table;
}

const MetricsColumn* MetricsTable::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const MetricsColumn& candidate) {
    return candidate.column.name == name;
  });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<double>& MetricsTable::values(const Column& column) {
  for (MetricsColumn& candidate : columns) {
    if (candidate.column.name == column.name) return candidate.values;
  }
  columns.push_back({.column = column, .values = std::vector<double>(step.size(), kMissing)});
  return columns.back().values;
}

std::size_t MetricsTable::row(std::int64_t at_step) {
  const auto after = std::upper_bound(step.begin(), step.end(), at_step);
  if (after != step.begin() && *(after - 1) == at_step)
    return static_cast<std::size_t>(after - step.begin()) - 1;
  const auto index = after - step.begin();
  step.insert(after, at_step);
  for (MetricsColumn& column : columns) column.values.insert(column.values.begin() + index, kMissing);
  return static_cast<std::size_t>(index);
}

void MetricsTable::cut_after(std::int64_t last_step) {
  const auto rows =
      static_cast<std::size_t>(std::upper_bound(step.begin(), step.end(), last_step) - step.begin());
  step.resize(rows);
  for (MetricsColumn& column : columns) column.values.resize(rows);
}

void MetricsTable::fill_from(const MetricsTable& other) {
  std::vector<std::size_t> rows;  // where each row of the other stands here
  // Rows are inserted in ascending order, so that the indices found before stay right.
  for (const std::int64_t at_step : other.step) rows.push_back(row(at_step));
  for (const MetricsColumn& from : other.columns) {
    std::vector<double>& into = values(from.column);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (std::isnan(into[rows[i]])) into[rows[i]] = from.values[i];
    }
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
