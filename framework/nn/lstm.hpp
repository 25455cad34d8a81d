// Long short-term memory, without peepholes. Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.
//
//   [i f g o] = [inputs, h_{t-1}, 1] W       gates in this order, sigmoid but for g, which is tanh
//   c_t = f ⊙ c_{t-1} + i ⊙ g
//   h_t = o ⊙ tanh(c_t)
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "framework/nn/parameters.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// h and c of one layer, each [batch, units].
struct LstmState {
  Var hidden;
  Var cell;
};

/// One step. `parts` are the inputs and h_{t-1} in the order of the weight's rows, each [batch, width]; weight
/// [Σ widths + 1, 4 · units], bias its last row. Throws ShapeError.
LstmState lstm_step(Tape& tape, Var weight, std::span<const Var> parts, Var previous_cell);

/// All steps of a layer whose inputs are known beforehand. `gates` [steps · batch, 4 · units] are the products of the
/// inputs with their weight, bias included; recurrent [units, 4 · units]; initial h and c [batch, units].
/// Returns h of every step, [steps · batch, units]. Throws ShapeError.
Var lstm_sequence(Tape& tape, Var gates, Var recurrent, const LstmState& initial);

/// Layers on top of each other: every layer sees the inputs, its own last state and the hidden state of the layer
/// below (Graves 2013, arXiv:1308.0850, section 2). The states before the first step are learned.
class LstmStack {
 public:
  struct Options {
    std::size_t inputs = 0;   // width of all inputs together
    std::size_t units = 100;  // of each layer
    std::size_t layers = 1;
    double forget_bias = 1;
    double cell_clip = 0;  // |c| at most this; 0: no limit
  };
  using State = std::span<const LstmState>;  // one per layer, in the tape's arena

  LstmStack(const Scope& scope, const Options& options);

  State initial_state(Tape& tape, std::size_t batch) const;

  /// `inputs` are parts [batch, width].
  State step(Tape& tape, std::span<const Var> inputs, const State& previous) const;

 private:
  struct Layer {
    Var weight;          // [inputs + (below) + units + 1, 4 · units]
    Var initial_hidden;  // [units]
    Var initial_cell;    // [units]
  };

  Options options_;
  std::vector<Layer> layers_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
