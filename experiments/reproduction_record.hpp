// What a reproduction keeps of each seed: a line of results/reproductions/<paper>-<result>.csv, and its curve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "experiments/csv.hpp"

namespace tapehead {

/// One evaluation of a training run.
struct CurvePoint {
  double sequences;  // of training, until then
  double loss;       // bits per sequence
};

/// One trained seed. Costs are bits per sequence, NaN where there is none.
struct SeedRecord {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string paper, result;  // "ntm2014", "copy"
  std::string row, preset;    // "copy-ntm-ff", "ntm2014/copy-ntm-ff"
  std::size_t seed = 0;
  std::string settings_hash;
  std::string status;                     // "finished" or "diverged"
  std::uint64_t sequences = 0;            // trained
  double share_of_paper = kNone;          // of the sequences that the paper's figure shows
  double final_loss = kNone;              // of the last evaluation
  double best_loss = kNone;               // the lowest of all evaluations
  double late_loss = kNone;               // the median of the last tenth of the evaluations
  double threshold = kNone;               // below which a seed has converged, in the unit of the losses
  double sequences_to_threshold = kNone;  // trained at the first evaluation below it; NaN: never
  double optimum = kNone;  // least possible cost of the evaluation's sequences, where the task knows it
  std::vector<std::pair<std::string, double>> evaluations = {};  // of the final net: "wrong_bits_length_20"
  double wall_seconds = kNone;                                   // of training
  std::size_t parameters = 0;
  std::string revision = {};  // of the program; "+" behind it: with changes
  std::string cpu = {};

  bool diverged() const { return status == "diverged"; }

  /// The cost that seeds are compared by: late_loss, less the optimum if asked for; infinite if the seed diverged.
  double compared_loss(bool above_optimum) const;
};

/// Adds the record as a row.
void add_record(CsvTable& table, const SeedRecord& record);

/// All rows as records, in their order. Columns that begin as a measure does ("bits_", "wrong_bits_", …) become
/// evaluations; others that are not known are passed over. Throws DataError ("FILE:LINE: …") at a cell that is not what its
/// column holds.
std::vector<SeedRecord> read_records(const CsvTable& table);

/// Whether two records are of the same training: row, preset, seed and settings.
bool same_training(const SeedRecord& one, const SeedRecord& other);

/// At most about `most` points of a curve: the first, the last, those on both sides of every crossing of `threshold`
/// (the first 20 crossings), the lowest, and evenly spaced ones between.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& curve, double threshold, std::size_t most);

/// Adds a seed's curve as rows: row, seed, settings_hash, sequences, loss.
void add_curve(CsvTable& table, const SeedRecord& record, const std::vector<CurvePoint>& curve);

/// Removes a seed's curve.
void remove_curve(CsvTable& table, const SeedRecord& record);

/// The curve of a record, empty if the table has none. Throws DataError as read_records() does.
std::vector<CurvePoint> find_curve(const CsvTable& table, const SeedRecord& record);

}  // namespace tapehead
