#include "experiments/evaluation.hpp"

#include <iomanip>
#include <ostream>
#include <string>

#include "experiments/loss_names.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/workers.hpp"

namespace tapehead {
namespace {

LengthResult evaluate(const Task& task, std::size_t length, Model& model, std::size_t sequences,
                      Workers& workers) {
  Evaluator evaluator(task, sequences);
  const Score score = evaluator.evaluate(model, workers);
  return {length, score.mean_loss(), score.mean_wrong()};
}

}  // namespace

std::vector<LengthResult> evaluate_lengths(TrainedNet& net, const std::vector<std::size_t>& lengths,
                                           std::size_t sequences, std::size_t threads) {
  Workers workers(threads);
  std::vector<LengthResult> results;
  if (lengths.empty()) results.push_back(evaluate(*net.task, 0, *net.model, sequences, workers));
  for (const std::size_t length : lengths) {
    results.push_back(evaluate(*net.task->with_length(length), length, *net.model, sequences, workers));
  }
  return results;
}

void record_results(const TrainedNet& net, const std::vector<LengthResult>& results) {
  const LossNames& names = names_of(net.task->loss());
  std::vector<Measurement> measurements;
  for (const LengthResult& result : results) {
    const std::string length = std::to_string(result.length);
    // The training distribution too has names of its own: loss and error are what the run itself measured.
    const std::string behind = result.length == 0 ? "_trained" : "_length_" + length;
    const std::string at = result.length == 0 ? " per sequence as in training, evaluated later"
                                              : " per sequence at length " + length;
    measurements.push_back({{names.costs + behind, names.unit, "cost" + at}, result.loss});
    measurements.push_back(
        {{names.error_column + behind, names.error_unit, names.errors + at}, result.wrong});
  }
  add_eval_columns(net.directory, net.step, measurements);
}

void write_results(std::ostream& out, Loss loss, const std::vector<LengthResult>& results) {
  const std::string cost = std::string(names_of(loss).costs) + " per sequence";
  const std::string wrong = std::string(names_of(loss).errors) + " per sequence";
  const auto column = [](const std::string& title) { return std::setw(static_cast<int>(title.size()) + 2); };
  out << "  length" << column(cost) << cost << column(wrong) << wrong << "\n" << std::fixed;
  for (const LengthResult& result : results) {
    out << std::setw(8) << (result.length == 0 ? "trained" : std::to_string(result.length))
        << std::setprecision(5) << column(cost) << result.loss << std::setprecision(3) << column(wrong)
        << result.wrong << "\n";
  }
  out << std::defaultfloat << std::setprecision(6);
}

}  // namespace tapehead
