#include "framework/training/evaluator.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {
constexpr std::size_t kBatch = 8;
}

Score Evaluator::evaluate(Model& model, Workers& workers) {
  while (places_.size() < workers.threads()) places_.push_back(std::make_unique<Place>());
  scores_.resize((sequences_ + kBatch - 1) / kBatch);
  const std::vector<Leaf> leaves = model.parameters().leaves(nullptr);
  const RandomStream stream(0, "evaluation");
  workers.for_each(scores_.size(), [&](std::size_t item, std::size_t thread) {
    Place& place = *places_[thread];
    task_.sample(stream.step(item), std::min(kBatch, sequences_ - item * kBatch), place.batch);
    place.tape.reset(leaves, false);
    scores_[item] = model.score(place.tape, place.batch).score;
  });
  Score total;
  for (const Score& score : scores_) total += score;
  return total;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
