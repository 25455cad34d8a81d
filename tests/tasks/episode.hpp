// What an example ought to be, written down step after step as its paper has it, beside what a task made.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "framework/data/task.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

using Row = std::vector<Real>;

/// One example, step after step.
class Episode {
 public:
  Episode(std::size_t input_size, std::size_t target_size)
      : input_size_(input_size), target_size_(target_size) {}

  /// A step whose inputs begin with `bits`; the others are silent, and so are the targets.
  Episode& show(const Row& bits = {});
  /// Gives an input of the latest step a value.
  Episode& with(std::size_t channel, Real value);
  /// A silent step, at which these targets are scored.
  Episode& say(const Row& targets);

  /// What differs in an example of a batch, in words; empty if nothing does.
  std::string difference(const SequenceBatch& batch, std::size_t example) const;

 private:
  struct Step {
    Row input, target;
    Real scored;
  };

  std::size_t input_size_, target_size_;
  std::vector<Step> steps_;
};

/// A batch of fresh examples.
SequenceBatch drawn(const Task& task, const RandomStream& stream, std::size_t examples);

/// The first `bits` inputs of an example at a time step.
Row input_bits(const SequenceBatch& batch, std::size_t time, std::size_t example, std::size_t bits);

/// Those of `count` time steps from `first`.
std::vector<Row> input_vectors(const SequenceBatch& batch, std::size_t first, std::size_t count,
                               std::size_t example, std::size_t bits);

/// "82 26 a4" as vectors, the highest bit first.
std::vector<Row> from_hex(const std::string& list, std::size_t bits);

/// The same as the tensor that tasks take.
xt::xtensor<Real, 2> as_tensor(const std::vector<Row>& vectors);

/// Whether all are 0 or 1.
bool are_bits(const std::vector<Row>& vectors);

/// Whether two batches are the same to the bit.
bool same(const SequenceBatch& a, const SequenceBatch& b);

/// Bits per sequence that each target costs the best guess which knows how often it is 1 and nothing else, on `batches`
/// batches of 10.
std::vector<double> costs_of_constant_guess(const Task& task, std::size_t batches);

/// Their sum.
double cost_of_constant_guess(const Task& task, std::size_t batches);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
