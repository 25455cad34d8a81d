// Rows of one metrics table on their way into the file. Internal to framework/io.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "framework/io/hdf5_values.hpp"
#include "framework/io/metrics.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

class TableAppender {
 public:
  /// Opens a table that write_table() made. `given` is how many of its columns append() has values for, the
  /// first ones; the others, later evaluations of a resumed run, get NaN.
  TableAppender(hid_t metrics, std::string name, const MetricsTable& table, std::size_t given);

  /// Keeps a row in memory. It fills in the last row of a table that was opened, if that is of the same step and has
  /// nothing of the given columns: a run was evaluated by others where it was stopped. Throws std::invalid_argument at a
  /// wrong number of values or a step not after the last one otherwise.
  void append(std::int64_t step, std::span<const double> values);
  bool full() const { return steps_.size() == steps_.capacity(); }
  bool empty() const { return steps_.empty(); }

  /// The most bytes that writing the kept rows can add to the file.
  std::uint64_t bytes_needed() const;
  /// First the columns of all tables, then the steps of all, then forget the rows.
  void write_columns();
  void write_steps();
  void written();
  void drop();

  /// The whole table as the file has it.
  MetricsTable read() const;
  /// Throws Failure if a table read from the closed file lacks rows or ends in other values.
  void check_against(const MetricsTable& read_back) const;

  void close();

 private:
  /// Whether the last row in the file has none of the given columns.
  bool lacks_last() const;
  /// Where the first of the kept rows goes.
  hsize_t first_kept() const { return rows_ - (fills_in_last_ ? 1 : 0); }

  std::string name_;
  std::vector<Column> columns_;
  Dataset step_;
  std::vector<Dataset> datasets_;  // one per column
  std::size_t given_;
  hsize_t rows_;  // in the file
  bool fills_in_last_ = false;
  std::int64_t last_step_;
  std::vector<std::int64_t> steps_;          // kept rows
  std::vector<std::vector<double>> values_;  // [column][kept row]
  std::vector<double> last_row_;             // of the file, by column
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
