// The published numbers beside a reproduction, from the tables in results/reference.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "experiments/csv.hpp"
#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_record.hpp"

namespace tapehead {

/// What the paper says of one row. NaN: nothing.
struct PublishedRow {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::vector<CurvePoint> curve;   // digitised; sequences ascending, loss in bits
  double optimum = kNone;          // least possible cost, bit, as the paper draws it
  double parameters = kNone;       // of the network
  std::vector<double> variations;  // [variation], in the measure that the result shows

  /// The cost after so many sequences, less the optimum if the paper draws one: between the digitised points by linear
  /// interpolation, beyond the last one its value; NaN before the first.
  double loss_at(double sequences) const;

  /// Sequences of the first digitised point below a cost (above the optimum, if the paper draws one), if there is one.
  double first_below(double threshold) const;
};

/// The published numbers of all rows of a result, in their order. Throws DataError if a table is not there or damaged.
std::vector<PublishedRow> published_rows(const ReproductionResult& result,
                                         const std::filesystem::path& reference_directory);

/// results/reference of the source tree.
std::filesystem::path reference_directory();

}  // namespace tapehead
