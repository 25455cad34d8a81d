#include "experiments/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <string>

#include "experiments/loss_names.hpp"
#include "experiments/story_answers.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/error.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/workers.hpp"

namespace tapehead {
namespace {

// Whether the least loss says anything: it is known, and not 0.
bool has_optimum(const VariationResult& result) { return result.optimum > 0; }

constexpr std::array<const char*, 3> kSplitNames = {"train", "validation", "test"};  // in the order of Split

std::string name_of(Split split) { return kSplitNames[static_cast<std::size_t>(split)]; }

// For columns: "length_20", "trained", "test", "test_task_2", "test_en_task_2".
std::string column_name(const VariationResult& result) {
  if (!result.split) return result.variation.name();
  return name_of(*result.split) + (result.data.empty() ? "" : "_" + result.data) +
         (result.variation.trained() ? "" : "_" + result.variation.name());
}

// For people.
std::string row_name(const VariationResult& result) {
  if (!result.split) return result.variation.text();
  return name_of(*result.split) + " questions" + (result.data.empty() ? "" : " of " + result.data) +
         (result.variation.trained() ? "" : ", " + result.variation.text());
}

}  // namespace

std::vector<VariationResult> evaluate_variations(TrainedNet& net, const std::vector<Variation>& variations,
                                                 std::size_t sequences, std::size_t threads,
                                                 std::optional<Split> split) {
  return *evaluate_variations(
      net, variations, sequences, threads, [] { return false; }, split);
}

Split parse_split(const std::string& name) {
  const auto* const found = std::ranges::find(kSplitNames, name);
  if (found == kSplitNames.end())
    throw UsageError("--split: expected train, validation or test, got '" + name + "'");
  return static_cast<Split>(found - kSplitNames.begin());
}

std::optional<std::vector<VariationResult>> evaluate_variations(TrainedNet& net,
                                                                const std::vector<Variation>& variations,
                                                                std::size_t sequences, std::size_t threads,
                                                                const std::function<bool()>& stop,
                                                                std::optional<Split> split) {
  const bool stored = net.task->size(Split::test) > 0;
  if (split && !stored)
    throw UsageError("--split: task '" + std::string(net.task->name()) +
                     "' makes its examples, and has no sets of them");
  if (stored && !split) split = Split::test;
  Workers workers(threads);
  std::vector<std::unique_ptr<Task>> tasks;  // all of them first, so that none that cannot be is found late
  for (const Variation& variation : variations) {
    tasks.push_back(variation.of(*net.task));
    const Task& task = tasks.back() ? *tasks.back() : *net.task;
    if (split && task.size(*split) == 0)
      throw UsageError("there is no question in the " + name_of(*split) + " set" +
                       (variation.trained() ? "" : " of " + variation.text()));
  }
  std::vector<VariationResult> results;
  for (std::size_t i = 0; i < variations.size(); ++i) {
    Evaluator evaluator(tasks[i] ? *tasks[i] : *net.task, sequences, split.value_or(Split::validation));
    const std::optional<Evaluation> found = evaluator.evaluate(*net.model, workers, stop);
    if (!found) return std::nullopt;
    results.push_back({variations[i], split, found->mean_loss(), found->mean_wrong(), found->mean_optimum()});
    const auto* const stories = dynamic_cast<const Babi*>(tasks[i] ? tasks[i].get() : net.task.get());
    if (stories != nullptr && split)
      results.back().most_frequent = stories->most_frequent_answer_error(*split);
  }
  return results;
}

void record_results(const TrainedNet& net, const std::vector<VariationResult>& results) {
  const LossNames& names = names_of(net.settings->loss(*net.task));
  std::vector<Measurement> measurements;
  for (const VariationResult& result : results) {
    const bool trained = result.variation.trained() && !result.split;
    // The training distribution too has names of its own: loss and error are what the run itself measured.
    const std::string behind = "_" + column_name(result);
    const std::string at = trained ? " as in training, evaluated later" : " at " + row_name(result);
    measurements.push_back({{names.cost_column + behind, names.unit, "cost per sequence" + at}, result.loss});
    measurements.push_back(
        {{names.error_column + behind, names.error_unit, names.errors + at}, result.wrong});
    if (std::isfinite(result.most_frequent)) {
      measurements.push_back({{"most_frequent_wrong" + behind, names.error_unit,
                               names.errors + at + " if the most frequent answer is given"},
                              result.most_frequent});
    }
    if (has_optimum(result)) {
      measurements.push_back(
          {{"optimum" + behind, names.unit, "least possible cost per sequence" + at}, result.optimum});
    }
  }
  add_eval_columns(net.directory, net.step, measurements);
}

void record_answers(const TrainedNet& net, const std::vector<VariationResult>& results, std::size_t threads) {
  if (dynamic_cast<const Babi*>(net.task.get()) == nullptr) return;
  Workers workers(threads);
  std::vector<AnswerCounts> sets;
  for (const VariationResult& result : results) {
    if (!result.split) continue;
    const std::unique_ptr<Task> varied = result.variation.of(*net.task);
    const auto& task = dynamic_cast<const Babi&>(varied ? *varied : *net.task);
    sets.push_back({.set = column_name(result),
                    .step = net.step,
                    .rows = count_answers(*net.model, task, *result.split, workers)});
  }
  write_answer_counts(net.directory, sets);
}

void write_results(std::ostream& out, Loss loss, const std::vector<VariationResult>& results) {
  const std::string cost = std::string(names_of(loss).costs) + " per sequence";
  const std::string wrong = names_of(loss).errors;
  const std::string optimum = "least possible", guess = "most frequent answer";
  const bool optima = std::ranges::any_of(results, has_optimum);
  const bool guesses = std::ranges::any_of(
      results, [](const VariationResult& result) { return std::isfinite(result.most_frequent); });
  std::size_t width = 0;
  for (const VariationResult& result : results) width = std::max(width, row_name(result).size());
  const auto column = [](const std::string& title) { return std::setw(static_cast<int>(title.size()) + 2); };
  out << std::setw(static_cast<int>(width) + 2) << "" << column(cost) << cost << column(wrong) << wrong;
  if (optima) out << column(optimum) << optimum;
  if (guesses) out << column(guess) << guess;
  out << "\n" << std::fixed;
  for (const VariationResult& result : results) {
    out << std::setw(static_cast<int>(width) + 2) << row_name(result) << std::setprecision(5) << column(cost)
        << result.loss << std::setprecision(3) << column(wrong) << result.wrong;
    if (optima) out << std::setprecision(5) << column(optimum) << result.optimum;
    if (guesses) out << std::setprecision(3) << column(guess) << result.most_frequent;
    out << "\n";
  }
  out << std::defaultfloat << std::setprecision(6);
}

}  // namespace tapehead
