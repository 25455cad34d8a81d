#include "experiments/evaluation.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <string>

#include "experiments/loss_names.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/workers.hpp"

namespace tapehead {
namespace {

// Whether the least loss says anything: it is known, and not 0.
bool has_optimum(const VariationResult& result) { return result.optimum > 0; }

}  // namespace

std::vector<VariationResult> evaluate_variations(TrainedNet& net, const std::vector<Variation>& variations,
                                                 std::size_t sequences, std::size_t threads) {
  return *evaluate_variations(net, variations, sequences, threads, [] { return false; });
}

std::optional<std::vector<VariationResult>> evaluate_variations(TrainedNet& net,
                                                                const std::vector<Variation>& variations,
                                                                std::size_t sequences, std::size_t threads,
                                                                const std::function<bool()>& stop) {
  Workers workers(threads);
  std::vector<std::unique_ptr<Task>> tasks;  // all of them first, so that none that cannot be is found late
  for (const Variation& variation : variations) tasks.push_back(variation.of(*net.task));
  std::vector<VariationResult> results;
  for (std::size_t i = 0; i < variations.size(); ++i) {
    Evaluator evaluator(tasks[i] ? *tasks[i] : *net.task, sequences);
    const std::optional<Evaluation> found = evaluator.evaluate(*net.model, workers, stop);
    if (!found) return std::nullopt;
    results.push_back({variations[i], found->mean_loss(), found->mean_wrong(), found->mean_optimum()});
  }
  return results;
}

void record_results(const TrainedNet& net, const std::vector<VariationResult>& results) {
  const LossNames& names = names_of(net.task->loss());
  std::vector<Measurement> measurements;
  for (const VariationResult& result : results) {
    const Variation& variation = result.variation;
    // The training distribution too has names of its own: loss and error are what the run itself measured.
    const std::string behind = "_" + variation.name();
    const std::string at = " per sequence " + (variation.trained() ? "as in training, evaluated later"
                                                                   : "at " + variation.text());
    measurements.push_back({{names.costs + behind, names.unit, "cost" + at}, result.loss});
    measurements.push_back(
        {{names.error_column + behind, names.error_unit, names.errors + at}, result.wrong});
    if (has_optimum(result)) {
      measurements.push_back({{"optimum" + behind, names.unit, "least possible cost" + at}, result.optimum});
    }
  }
  add_eval_columns(net.directory, net.step, measurements);
}

void write_results(std::ostream& out, Loss loss, const std::vector<VariationResult>& results) {
  const std::string cost = std::string(names_of(loss).costs) + " per sequence";
  const std::string wrong = std::string(names_of(loss).errors) + " per sequence";
  const std::string optimum = "least possible";
  const bool optima = std::ranges::any_of(results, has_optimum);
  std::size_t width = 0;
  for (const VariationResult& result : results) width = std::max(width, result.variation.text().size());
  const auto column = [](const std::string& title) { return std::setw(static_cast<int>(title.size()) + 2); };
  out << std::setw(static_cast<int>(width) + 2) << "" << column(cost) << cost << column(wrong) << wrong;
  if (optima) out << column(optimum) << optimum;
  out << "\n" << std::fixed;
  for (const VariationResult& result : results) {
    out << std::setw(static_cast<int>(width) + 2) << result.variation.text() << std::setprecision(5)
        << column(cost) << result.loss << std::setprecision(3) << column(wrong) << result.wrong;
    if (optima) out << std::setprecision(5) << column(optimum) << result.optimum;
    out << "\n";
  }
  out << std::defaultfloat << std::setprecision(6);
}

}  // namespace tapehead
