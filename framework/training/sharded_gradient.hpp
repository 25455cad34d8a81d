// The gradient of a batch, computed in a fixed number of parts that any thread can work on.
//
// The bits depend on the number of shards and on nothing else: each shard's gradient stays an array of its own, and
// whoever needs the whole gradient adds them in order.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "framework/models/model.hpp"
#include "framework/training/diagnosis.hpp"
#include "framework/training/workers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class ShardedGradient {
 public:
  /// For batches of `batch` examples; `clip` is ClippingOptions::clip_backward. The model and the workers must outlive it.
  ShardedGradient(Model& model, Workers& workers, std::size_t batch, std::size_t shards, double clip);
  ~ShardedGradient();

  /// Every shard's gradient of the batch's loss times `scale`; the score of the whole batch.
  Score compute(const Batch& batch, Real scale);

  /// One array per shard, laid out like the model's flat parameters.
  std::span<const Real* const> arrays() const { return arrays_; }

  /// Brings the norm of each parameter's part of their sum down to `limit`.
  void clip_parameters(double limit);

  /// The norm of their sum.
  double norm();

  /// The same computation once more, to find what is not finite in it; the first shard's in which it comes first.
  Diagnosis diagnose_again(const Batch& batch, Real scale);

 private:
  struct Shard;
  struct Place;

  Model& model_;
  Workers& workers_;
  Real clip_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<Place>> places_;  // by thread
  std::vector<const Real*> arrays_;
  std::vector<double> block_sums_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
