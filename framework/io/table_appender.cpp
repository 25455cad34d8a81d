#include "framework/io/table_appender.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kKeptRows = 4096;  // a second of the fastest training

void flush_dataset(const Dataset& dataset) { check(H5Dflush(dataset), "flushing"); }

}  // namespace

TableAppender::TableAppender(hid_t metrics, std::string name, const MetricsTable& table, std::size_t given)
    : name_(std::move(name)),
      given_(given),
      rows_(table.step.size()),
      last_step_(table.step.empty() ? std::numeric_limits<std::int64_t>::min() : table.step.back()) {
  const Group group = open_group(metrics, name_);
  step_ = open_dataset(group, schema::kStep);
  for (const MetricsColumn& column : table.columns) {
    columns_.push_back(column.column);
    datasets_.push_back(open_dataset(group, column.column.name));
    values_.emplace_back().reserve(kKeptRows);
    last_row_.push_back(table.step.empty() ? 0 : column.values.back());
  }
  steps_.reserve(kKeptRows);
}

void TableAppender::append(std::int64_t step, std::span<const double> values) {
  if (values.size() != given_) {
    throw std::invalid_argument("RunWriter: " + std::to_string(values.size()) + " values for the " +
                                std::to_string(given_) + " columns of " + name_);
  }
  const bool fills_in = step == last_step_ && lacks_last();
  if (step <= last_step_ && !fills_in) {
    throw std::invalid_argument("RunWriter: step " + std::to_string(step) + " of " + name_ +
                                " is not after step " + std::to_string(last_step_));
  }
  fills_in_last_ = fills_in_last_ || fills_in;
  last_step_ = step;
  steps_.push_back(step);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double others = fills_in ? last_row_[i] : kMissing;
    values_[i].push_back(i < given_ ? values[i] : others);
  }
}

bool TableAppender::lacks_last() const {
  const auto own = static_cast<std::ptrdiff_t>(given_);
  return steps_.empty() && rows_ > 0 &&
         std::all_of(last_row_.begin(), last_row_.begin() + own,
                     [](double value) { return std::isnan(value); });
}

std::uint64_t TableAppender::bytes_needed() const {
  const std::uint64_t chunks = steps_.size() / schema::kMetricsChunk + 2;
  return chunks * schema::kMetricsChunk * sizeof(double) * (datasets_.size() + 1);
}

void TableAppender::write_columns() {
  for (std::size_t i = 0; i < datasets_.size(); ++i) {
    append_rows<double>(datasets_[i], first_kept(), values_[i]);
    flush_dataset(datasets_[i]);
  }
}

void TableAppender::write_steps() {
  append_rows<std::int64_t>(step_, first_kept(), steps_);
  flush_dataset(step_);
}

void TableAppender::written() {
  if (steps_.empty()) return;
  rows_ = first_kept() + steps_.size();
  for (std::size_t i = 0; i < values_.size(); ++i) last_row_[i] = values_[i].back();
  drop();
}

void TableAppender::drop() {
  fills_in_last_ = false;
  steps_.clear();
  for (auto& column : values_) column.clear();
}

MetricsTable TableAppender::read() const {
  MetricsTable table = MetricsTable::with(columns_);
  table.step = read_array<std::int64_t>(step_, rows_);
  for (std::size_t i = 0; i < datasets_.size(); ++i)
    table.columns[i].values = read_array<double>(datasets_[i], rows_);
  return table;
}

void TableAppender::check_against(const MetricsTable& read_back) const {
  bool same = read_back.step.size() == rows_ && read_back.columns.size() == columns_.size();
  for (std::size_t i = 0; same && rows_ != 0 && i < columns_.size(); ++i) {
    const MetricsColumn* column = read_back.find(columns_[i].name);
    same = column != nullptr &&
           std::bit_cast<std::uint64_t>(column->values.back()) == std::bit_cast<std::uint64_t>(last_row_[i]);
  }
  if (!same)
    throw Failure("reading it back after closing it gave other rows of " + name_ + " than were written");
}

void TableAppender::close() {
  for (Dataset& dataset : datasets_) dataset.close();
  step_.close();
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
