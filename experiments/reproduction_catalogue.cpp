#include "experiments/reproduction_catalogue.hpp"

#include <algorithm>
#include <array>

#include "experiments/near_names.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

// How the three networks are called in results/reference.
constexpr const char* kFeedforwardCurve = "NTM with Feedforward Controller";
constexpr const char* kLstmControllerCurve = "NTM with LSTM Controller";
constexpr const char* kLstmCurve = "LSTM";

constexpr const char* kCurves = "ntm2014_learning_curves.csv";
constexpr const char* kCopyGeneralisation = "ntm2014_copy_generalisation.csv";
constexpr const char* kRepeatCopyGeneralisation = "ntm2014_repeat_copy_generalisation.csv";

ReproductionRow feedforward(const std::string& task, std::size_t seeds, std::size_t needed, Target target) {
  return {.name = task + "-ntm-ff",
          .short_name = "ff",
          .label = "NTM, feedforward controller",
          .preset = "ntm2014/" + task + "-ntm-ff",
          .curve = kFeedforwardCurve,
          .table = "NTM feedforward controller",
          .seeds = seeds,
          .seeds_needed = needed,
          .target = target};
}

ReproductionRow lstm_controller(const std::string& task, std::size_t seeds, std::size_t needed,
                                Target target) {
  return {.name = task + "-ntm-lstm",
          .short_name = "ntm-lstm",
          .label = "NTM, LSTM controller",
          .preset = "ntm2014/" + task + "-ntm-lstm",
          .curve = kLstmControllerCurve,
          .table = "NTM LSTM controller",
          .seeds = seeds,
          .seeds_needed = needed,
          .target = target};
}

// Millions of parameters: a seed takes as long as all of an NTM's.
ReproductionRow baseline(const std::string& task, Target target = {}) {
  return {.name = task + "-lstm",
          .short_name = "lstm",
          .label = "LSTM, three layers",
          .preset = "ntm2014/" + task + "-lstm",
          .curve = kLstmCurve,
          .table = "LSTM (three stacked layers)",
          .seeds = 1,
          .seeds_needed = 1,
          .target = target};
}

std::vector<ReproductionRow> three_rows(const std::string& task, std::size_t seeds, std::size_t needed,
                                        Target ntm, Target lstm = {}) {
  return {feedforward(task, seeds, needed, ntm), lstm_controller(task, seeds, needed, ntm),
          baseline(task, lstm)};
}

// What the paper calls the nets whose outputs it displays; it does not say which controller they have.
const char* displayed_net(const ReproductionRow& row) { return row.curve == kLstmCurve ? "LSTM" : "NTM"; }

ReproductionResult copy() {
  ReproductionResult result{.paper = "ntm2014",
                            .name = "copy",
                            .title = "Copy",
                            .source = "Graves, Wayne and Danihelka 2014, Figures 3 to 5",
                            .figure = "Figure 3 (copy)",
                            .task = "copy",
                            .paper_sequences = 1e6,
                            .threshold = 0.1,
                            .rows = three_rows("copy", 10, 5, {Target::Kind::below, 0.1}),
                            .variations = lengths(std::array<std::size_t, 5>{10, 20, 30, 50, 120}),
                            .variation_measure = "wrong_bits"};
  for (ReproductionRow& row : result.rows) {
    const bool lstm = row.curve == kLstmCurve;
    row.generalisation = {kCopyGeneralisation,
                          lstm ? "Figure 5 (copy generalisation)" : "Figure 4 (copy generalisation)",
                          displayed_net(row)};
  }
  return result;
}

ReproductionResult repeat_copy() {
  ReproductionResult result{
      .paper = "ntm2014",
      .name = "repeat-copy",
      .title = "Repeat copy",
      .source = "Graves, Wayne and Danihelka 2014, Figures 7 and 8",
      .figure = "Figure 7 (repeat copy)",
      .task = "repeat copy",
      .paper_sequences = 5e5,
      .threshold = 1,
      .rows = three_rows("repeat-copy", 5, 5, {Target::Kind::below, 1}),
      .variations = {{{{"length", 20}, {"repeats", 10}}}, {{{"length", 10}, {"repeats", 20}}}},
      .variation_measure = "wrong_bits"};
  for (ReproductionRow& row : result.rows) {
    row.generalisation = {kRepeatCopyGeneralisation, "Figure 8 (repeat copy generalisation)",
                          displayed_net(row)};
  }
  return result;
}

ReproductionResult associative_recall() {
  ReproductionResult result{.paper = "ntm2014",
                            .name = "associative-recall",
                            .title = "Associative recall",
                            .source = "Graves, Wayne and Danihelka 2014, Figures 10 and 11",
                            .figure = "Figure 10 (associative recall)",
                            .task = "associative recall",
                            .paper_sequences = 1e6,
                            .threshold = 0.1,
                            .rows = three_rows("associative-recall", 5, 5, {Target::Kind::below, 0.1}),
                            .variations = lengths(std::array<std::size_t, 4>{6, 10, 15, 20})};
  for (ReproductionRow& row : result.rows) {
    row.generalisation = {kCurves, "Figure 11 (associative recall generalisation)", row.curve};
  }
  return result;
}

ReproductionResult ngrams() {
  return {.paper = "ntm2014",
          .name = "ngrams",
          .title = "Dynamic n-grams",
          .source = "Graves, Wayne and Danihelka 2014, Figure 13",
          .figure = "Figure 13 (dynamic N-gram)",
          .task = "n-grams",
          .paper_sequences = 1e6,
          .threshold = 2,
          .above_optimum = true,
          .optimum_curve = "Optimal Estimator",
          .rows = three_rows("ngrams", 3, 3, {Target::Kind::below, 2}, {Target::Kind::above_ntms, 0})};
}

ReproductionResult priority_sort() {
  return {.paper = "ntm2014",
          .name = "priority-sort",
          .title = "Priority sort",
          .source = "Graves, Wayne and Danihelka 2014, Figure 18",
          .figure = "Figure 18 (priority sort)",
          .task = "priority sort",
          .paper_sequences = 1e6,
          .threshold = 25,
          .rows = three_rows("priority-sort", 3, 3, {Target::Kind::below, 25}, {Target::Kind::above, 45}),
          .variations = lengths(std::array<std::size_t, 3>{10, 20, 30})};
}

}  // namespace

std::span<const ReproductionResult> reproduction_catalogue() {
  static const std::vector<ReproductionResult> kResults = {copy(), repeat_copy(), associative_recall(),
                                                           ngrams(), priority_sort()};
  return kResults;
}

std::vector<const ReproductionResult*> find_reproductions(std::span<const ReproductionResult> among,
                                                          const std::string& name) {
  std::vector<const ReproductionResult*> found;
  std::vector<std::string> names;
  for (const ReproductionResult& result : among) {
    if (result.paper == name || result.id() == name) found.push_back(&result);
    if (std::ranges::find(names, result.paper) == names.end()) names.push_back(result.paper);
    names.push_back(result.id());
  }
  if (!found.empty()) return found;
  const std::string near = did_you_mean(name, names, 3);
  throw UsageError("there is nothing to reproduce by the name '" + name + "'" +
                   (near.empty() ? "; './tapehead reproduce --list' names all results" : near));
}

std::vector<const ReproductionRow*> choose_rows(const ReproductionResult& result,
                                                std::span<const std::string> names) {
  std::vector<std::string> known;
  std::vector<bool> chosen(result.rows.size(), names.empty());
  for (const ReproductionRow& row : result.rows) known.push_back(row.short_name);
  for (const std::string& name : names) {
    bool found = false;
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
      const ReproductionRow& row = result.rows[i];
      if (name != row.name && name != row.short_name && result.name + "-" + name != row.name) continue;
      chosen[i] = found = true;
    }
    if (found) continue;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    throw UsageError("--rows: " + result.id() + " has no row '" + name + "'; its rows: " + all);
  }
  std::vector<const ReproductionRow*> rows;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    if (chosen[i]) rows.push_back(&result.rows[i]);
  }
  return rows;
}

}  // namespace tapehead
