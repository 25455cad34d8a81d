#include "framework/training/evaluator.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {
constexpr std::size_t kBatch = 8;
}

Evaluation Evaluator::evaluate(Model& model, Workers& workers) {
  return *evaluate(model, workers, [] { return false; });
}

std::optional<Evaluation> Evaluator::evaluate(Model& model, Workers& workers,
                                              const std::function<bool()>& stop) {
  while (places_.size() < workers.threads()) places_.push_back(std::make_unique<Place>());
  scores_.resize((sequences_ + kBatch - 1) / kBatch);
  const bool first = optima_.empty();
  std::vector<double> optima(first ? scores_.size() : 0);
  const std::vector<Leaf> leaves = model.parameters().leaves(nullptr);
  std::atomic<bool> stopped = false;
  workers.for_each(scores_.size(), [&](std::size_t item, std::size_t thread) {
    if (thread == 0 && !stopped && stop()) stopped = true;
    if (stopped) return;
    Place& place = *places_[thread];
    sample(item, place.batch);
    place.tape.reset(leaves, false);
    scores_[item] = model.score(place.tape, place.batch).score;
    if (first) optima[item] = task_.optimum(place.batch);
  });
  if (stopped) return std::nullopt;
  if (first) optima_ = std::move(optima);
  Evaluation total;
  for (const Score& score : scores_) total += score;
  for (const double optimum : optima_) total.optimum += optimum;
  return total;
}

bool Evaluator::find_not_finite(Batch& into) const {
  for (std::size_t item = 0; item < scores_.size(); ++item) {
    if (std::isfinite(scores_[item].loss)) continue;
    sample(item, into);
    return true;
  }
  return false;
}

void Evaluator::sample(std::size_t item, Batch& into) const {
  const std::size_t first = item * kBatch, count = std::min(kBatch, sequences_ - first);
  if (stored_ > 0) return task_.take(split_, first, count, into);
  task_.sample(RandomStream(0, "evaluation").step(item), count, into);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
