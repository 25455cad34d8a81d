// Where a number that is not finite came from.
//
// An update that came out wrong is computed once more, on a tape that is inspected: same parameters, same examples,
// same bits. Then every tensor can be looked at, in the order in which they were made.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/models/model.hpp"
#include "framework/tensor/finite_range.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A tensor that took part.
struct TensorState {
  std::string name;                      // "memory/heads/weight", "write_weights", "value 137"
  std::optional<std::size_t> time = {};  // the time step, where the model told
  bool gradient = false;                 // it is the gradient of that tensor
  std::string op = {};                   // that made it, or whose backward did; empty: parameter, input
  Shape shape = {};
  FiniteRange range = {};

  /// "write_weights at time 5", "the gradient of memory/heads/weight".
  std::string title() const;
};

struct Diagnosis {
  /// Where the first tensor is that is not finite, in the order in which they come about.
  enum class Place {
    parameter,
    input,    // of the batch
    target,   // of the batch, or its mask
    forward,  // a value
    backward,
    sum,     // of the shards' gradients, or their norm
    nowhere  // computed again, everything is finite
  };

  std::uint64_t step = 0;  // the update, counted from 1; or the updates done before the evaluation
  std::uint64_t seed = 0;
  bool evaluation = false;  // it is an evaluation's loss, or were the parameters it began with
  double loss = 0;          // as first computed
  double grad_norm = 0;     // as first computed; 0 in an evaluation
  Place place = Place::nowhere;
  std::size_t shard = 0;           // of the batch
  std::vector<TensorState> chain;  // all that is not finite, from the first on
  std::vector<TensorState>
      inputs;  // of the op that made the first, with the gradients of its outputs in backward

  /// "write_weights at time 5, made by address, is not finite in 3 of 128 values".
  std::string what() const;
  /// The same behind "diverged at step 12 with seed 3: ".
  std::string message() const;
};

/// The parameters that are not finite; Place::nowhere if all are.
Diagnosis diagnose_parameters(const Parameters& parameters);

/// Computes a batch's loss again, times `scale`, and its gradient into the leaves' buffers if `backward`: see Tape::backward().
Diagnosis diagnose(const Model& model, const Batch& batch, std::span<const Leaf> leaves, bool backward,
                   Real scale = 1, Real clip = std::numeric_limits<Real>::infinity());

/// The parameters whose gradients are not finite once the shards' are added, each laid out like the parameters.
Diagnosis diagnose_sum(const Parameters& parameters, std::span<const Real* const> gradients);

/// The range of what is recorded, over all examples of the batch.
FiniteRange recorded_range(const Tape& tape, const Recording& recording);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
