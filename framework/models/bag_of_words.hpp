// A baseline for stories without memory, order or attention: the words that were read, counted.
#pragma once

#include "framework/models/model.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Multinomial logistic regression of the answer on the counts of words, those of the question told from those of the
/// story; not of a paper:
///   â = softmax(Σ_j Q q_j + Σ_i Σ_j S x_ij + b)
/// with question q, statements x_i, and a row of Q and of S for each word.
class BagOfWords final : public Model {
 public:
  struct Options {
    double initial_deviation = 0.1;

    template <class F>
    void visit(F&& f) {
      f(
          Setting{
              .name = "initial_deviation", .help = "standard deviation of the starting values", .minimum = 0},
          initial_deviation);
    }
  };

  /// Throws UsageError unless the task has stories.
  BagOfWords(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// One step. Records nothing.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;

 private:
  std::size_t longest_;
  PositionWeights weights_;
  BagTable question_, story_;  // Q, S [word, answer]
  Var bias_;                   // b [answer]
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
