// The files a reproduction keeps, in <results> and beside its runs.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/csv.hpp"
#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_record.hpp"
#include "experiments/reproduction_runs.hpp"

namespace tapehead {

/// The records and curves of one result, of which those count that were made with the settings of `plans`.
class ReproductionStore {
 public:
  /// `plans` must outlive the store.
  ReproductionStore(const ReproductionResult& result, const std::filesystem::path& results,
                    const std::filesystem::path& runs, std::span<const RowPlan> plans);

  std::filesystem::path records_file, curves_file, table_file, figure_file;  // below `results`
  std::filesystem::path summary_file;                                        // below `runs`

  /// The seeds that count, each once, by its last line. Throws DataError if the file is damaged.
  std::vector<SeedRecord> records() const;

  /// All curves; a table without columns if there are none. Throws DataError if the file is damaged.
  CsvTable curves() const;

  /// What is in the file and does not count, a sentence each. Throws DataError as records() does.
  std::vector<std::string> left_out() const;

  /// Adds a seed, unless it is there; other processes may do so at the same time. Throws DataError, IoError.
  void keep(const TrainedSeed& trained) const;

  /// The records to draw, with the curves beside: where some do not count, copies of the others below `runs`. Nothing
  /// if there is no curve. Throws DataError, IoError.
  std::optional<std::filesystem::path> drawable() const;

 private:
  bool counts(const SeedRecord& record) const;

  std::string name_;
  std::filesystem::path runs_;
  std::span<const RowPlan> plans_;
};

}  // namespace tapehead
