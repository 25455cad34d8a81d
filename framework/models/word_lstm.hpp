// An LSTM that reads a story and its question word by word and answers behind the last one: the baseline without memory.
// Weston, Bordes, Chopra et al. 2015, arXiv:1502.05698, section 5; Sukhbaatar et al. 2015, arXiv:1503.08895, Table 1.
#pragma once

#include "framework/models/model.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Words x_1 … x_n of the statements, oldest first, and then of the question; â = softmax(W h_n + b). There is no mark
/// between sentences. With V words and H units: (V + H + 1) 4H + (H + 1) V parameters; the state begins at 0.
class WordLstm final : public Model {
 public:
  struct Options {
    std::size_t units = 50;
    double forget_bias = 1;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "units", .help = "units of the LSTM", .unit = "unit", .minimum = 1, .maximum = 1e9},
        units);
      f(Setting{.name = "forget_bias", .help = "initial bias of the forget gates"}, forget_bias);
    }
  };

  /// Throws UsageError unless the task has stories.
  WordLstm(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// One step, of the last statements that the task keeps. Records nothing.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;

 private:
  std::size_t units_;
  Var input_;                                    // [words + 1, 4 · units], a row for each word, and the bias
  Var recurrent_;                                // [units, 4 · units]
  Var output_;                                   // [units + 1, words]
  PositionWeights gate_weights_, unit_weights_;  // all 1
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
