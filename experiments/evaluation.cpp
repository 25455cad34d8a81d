#include "experiments/evaluation.hpp"

#include <iomanip>
#include <ostream>
#include <string>

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
  const bool bits = net.task->loss() == Loss::bits;
  const std::string unit = bits ? "bit" : "nat", unit_of_error = bits ? "bit" : "1";
  std::vector<Measurement> measurements;
  for (const LengthResult& result : results) {
    const std::string behind = "_length_" + std::to_string(result.length);
    const std::string at = " per sequence at length " + std::to_string(result.length);
    if (result.length == 0) {
      measurements.push_back({{"loss", unit, "evaluation loss per sequence"}, result.loss});
      measurements.push_back({{"error", unit_of_error, "evaluation errors per sequence"}, result.wrong});
    } else if (bits) {
      measurements.push_back({{"bits" + behind, unit, "cost" + at}, result.loss});
      measurements.push_back({{"wrong_bits" + behind, unit_of_error, "wrong bits" + at}, result.wrong});
    } else {
      measurements.push_back({{"nats" + behind, unit, "cost" + at}, result.loss});
      measurements.push_back({{"wrong_classes" + behind, unit_of_error, "wrong classes" + at}, result.wrong});
    }
  }
  add_eval_columns(net.directory, net.step, measurements);
}

void write_results(std::ostream& out, Loss loss, const std::vector<LengthResult>& results) {
  const bool bits = loss == Loss::bits;
  const std::string cost = bits ? "bits per sequence" : "nats per sequence";
  const std::string wrong = bits ? "wrong bits per sequence" : "wrong classes per sequence";
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
