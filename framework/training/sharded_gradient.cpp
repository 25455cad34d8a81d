#include "framework/training/sharded_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/training/clipping.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

// A fixed part of the batch.
struct ShardedGradient::Shard {
  std::size_t begin, end;  // examples
  AlignedMemory gradient;
  std::vector<Leaf> leaves;
  Score score;
};

// What a thread works with; it goes from shard to shard, so that its memory stays in the cache.
struct ShardedGradient::Place {
  Tape tape;
  Batch batch;
};

ShardedGradient::ShardedGradient(Model& model, Workers& workers, std::size_t batch, std::size_t shards,
                                 double clip)
    : model_(model), workers_(workers), clip_(static_cast<Real>(clip)) {
  const std::size_t size = model.parameters().flat_size();
  for (std::size_t i = 0; i < shards; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->begin = batch * i / shards;
    shard->end = batch * (i + 1) / shards;
    shard->gradient = aligned_new(size * sizeof(Real));
    Real* const gradient = reinterpret_cast<Real*>(shard->gradient.get());
    std::fill_n(gradient, size, Real(0));
    shard->leaves = model.parameters().leaves(gradient);
    arrays_.push_back(gradient);
    shards_.push_back(std::move(shard));
  }
  for (std::size_t i = 0; i < workers_.threads(); ++i) places_.push_back(std::make_unique<Place>());
  block_sums_.resize(norm_blocks(size));
}

ShardedGradient::~ShardedGradient() = default;

Score ShardedGradient::compute(const Batch& batch, Real scale) {
  workers_.for_each(shards_.size(), [&](std::size_t item, std::size_t thread) {
    Shard& shard = *shards_[item];
    auto& [tape, part] = *places_[thread];
    if (shards_.size() > 1) slice_examples(batch, shard.begin, shard.end, part);
    tape.reset(shard.leaves);
    const Model::Scored scored = model_.score(tape, shards_.size() > 1 ? part : batch);
    tape.backward(scored.loss, scale, clip_);
    shard.score = scored.score;
  });
  Score score;
  for (const auto& shard : shards_) score += shard->score;
  return score;
}

void ShardedGradient::clip_parameters(double limit) {
  for (const Parameter& parameter : model_.parameters().all()) {
    if (!parameter.trained) continue;
    const std::size_t begin = parameter.offset, end = begin + parameter.shape.size();
    const double scale = norm_scale(norm_of_range(arrays_, begin, end), limit);
    if (scale == 1) continue;
    for (const auto& shard : shards_) {
      Real* const gradient = reinterpret_cast<Real*>(shard->gradient.get());
      for (std::size_t i = begin; i < end; ++i) gradient[i] *= static_cast<Real>(scale);
    }
  }
}

double ShardedGradient::norm() {
  workers_.for_each(block_sums_.size(), [&](std::size_t block, std::size_t) {
    block_sums(arrays_, model_.parameters().flat_size(), block, block + 1, block_sums_);
  });
  return combined_norm(block_sums_);
}

Diagnosis ShardedGradient::diagnose_again(const Batch& batch, Real scale) {
  Diagnosis diagnosis;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Batch part;
    slice_examples(batch, shards_[i]->begin, shards_[i]->end, part);
    Diagnosis of_shard = diagnose(model_, part, shards_[i]->leaves, true, scale, clip_);
    of_shard.shard = i;
    if (of_shard.place < diagnosis.place) diagnosis = std::move(of_shard);
  }
  const bool whole = diagnosis.place == Diagnosis::Place::nowhere && !std::isfinite(norm());
  return whole ? diagnose_sum(model_.parameters(), arrays_) : diagnosis;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
