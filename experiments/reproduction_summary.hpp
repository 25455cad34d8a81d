// What the seeds of a reproduction say together, beside the paper.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_record.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/statistics.hpp"

namespace tapehead {

/// One row of a result. Costs are bits per sequence, above the optimum where the result says so; NaN: not known.
struct RowSummary {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  const ReproductionRow* row = nullptr;
  PublishedRow published;
  std::vector<SeedRecord> records;      // all seeds done, by seed; none is left out of what follows
  std::size_t diverged = 0;             // seeds; their cost counts as infinite
  double sequences = kNone;             // trained by each seed that did not diverge
  double share_of_paper = kNone;        // of the sequences that the paper's figure shows
  Spread loss = {kNone, kNone, kNone};  // over seeds, of the median of each one's last tenth of evaluations
  double best = kNone;                  // the lowest of these
  double optimum = kNone;               // least possible cost of the evaluation's sequences
  double paper_loss = kNone;            // of the paper after `sequences`
  std::size_t converged = 0;            // seeds below the threshold in their last tenth
  std::size_t crossed = 0;              // seeds ever evaluated below it
  std::size_t other_threshold =
      0;  // seeds whose records hold another; neither in `crossed` nor in `survival`
  std::vector<SurvivalStep> survival;      // share not below the threshold yet, by sequences
  std::optional<double> median_sequences;  // to the threshold; seeds that never were below it are censored
  double paper_sequences = kNone;          // the paper's to the threshold
  double wall_seconds = kNone;             // of training, median over the seeds that finished
  double all_wall_seconds = kNone;         // of all seeds, one after the other
  double parameters = kNone;
  std::vector<double> variations;  // [variation], median over the seeds that did not diverge
  // "reproduced", "missed by 0.3 bit", "not enough seeds (2 of 5)", "no target". Where our nets that are to be worse were
  // trained on fewer sequences than the paper's, or on another number than the NTMs, it says so.
  std::string verdict;
};

/// Sums up records that are all of one result, each row's all of the same settings; `published` are its rows'.
/// A quick look has no verdict.
std::vector<RowSummary> summarise(const ReproductionResult& result, std::span<const SeedRecord> records,
                                  std::span<const PublishedRow> published, bool quick = false);

/// "below 0.1 bit"; empty if there is none.
std::string target_text(const ReproductionResult& result, const Target& target);

}  // namespace tapehead
