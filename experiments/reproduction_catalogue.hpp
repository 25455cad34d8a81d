// What can be reproduced: each published result, the presets it is made with, and what counts as reproduced.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "experiments/settings.hpp"
#include "experiments/variations.hpp"

namespace tapehead {

/// Where the published numbers beside variations of one quantity are in results/reference; x is the quantity's value.
struct PublishedGeneralisation {
  std::string file = {};   // empty: there are none
  std::string table = {};  // its name there
  std::string variant = {};
};

/// What the median over the seeds is held against.
struct Target {
  enum class Kind {
    none,
    below,       // below `limit` bits
    above,       // above `limit` bits
    above_ntms,  // above the medians of all rows that have the kind `below`
  };
  Kind kind = Kind::none;
  double limit = 0;  // bit
};

/// One network of a result.
struct ReproductionRow {
  std::string name;          // unique in the result, and that of its preset: "copy-ntm-ff"
  std::string short_name;    // "ff"
  std::string label;         // "NTM, feedforward controller"
  std::string preset;        // "ntm2014/copy-ntm-ff"
  std::string curve;         // the variant's name in the paper's figures
  std::string table;         // the variant's name in the paper's tables
  std::size_t seeds;         // trained by default: 1 to this
  std::size_t seeds_needed;  // for a verdict
  Target target = {};
  PublishedGeneralisation generalisation = {};
  std::vector<Assignment> settings = {};  // over the preset's
};

/// One published result.
struct ReproductionResult {
  std::string paper;       // "ntm2014"
  std::string name;        // "copy"
  std::string title;       // "Copy"
  std::string source;      // "Graves, Wayne and Danihelka 2014, Figure 3"
  std::string figure;      // the name of its curves in the reference file
  std::string task;        // its name in the paper's tables
  double paper_sequences;  // that the figure shows
  /// A seed has converged when its cost, in bits, is below this at the end; above the optimum where there is one.
  double threshold;
  /// Whether costs are compared as their distance to the least possible cost of the same sequences, and where the
  /// paper's is found among the variants of the figure.
  bool above_optimum = false;
  std::string optimum_curve = {};
  std::vector<ReproductionRow> rows;
  std::vector<Variation> variations = {};  // on which finished nets are measured
  std::string variation_measure = "bits";  // the column of `variations` that is shown: bits or wrong_bits

  std::string id() const { return paper + "/" + name; }         // "ntm2014/copy"
  std::string file_name() const { return paper + "-" + name; }  // "ntm2014-copy"
};

/// All results, in the order in which `reproduce PAPER` makes them.
std::span<const ReproductionResult> reproduction_catalogue();

/// The results that "ntm2014" or "ntm2014/copy" names. Throws UsageError with the near names if it names none.
std::vector<const ReproductionResult*> find_reproductions(std::span<const ReproductionResult> among,
                                                          const std::string& name);

/// The rows that names such as "ff", "ntm-ff" or "copy-ntm-ff" mean, in the order of the result; all without names.
/// Throws UsageError at a name that is none.
std::vector<const ReproductionRow*> choose_rows(const ReproductionResult& result,
                                                std::span<const std::string> names);

}  // namespace tapehead
