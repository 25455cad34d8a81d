#include "framework/models/controller.hpp"

#include <array>

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Controller::Controller(const Scope& scope, std::size_t inputs, const Options& options) : options_(options) {
  if (options.controller == "lstm") {
    lstm_.emplace(scope, LstmStack::Options{.inputs = inputs,
                                            .units = options.controller_size,
                                            .layers = options.controller_layers,
                                            .forget_bias = options.forget_bias,
                                            .cell_clip = options.cell_clip});
    return;
  }
  for (std::size_t l = 0; l < options.controller_layers; ++l) {
    const std::size_t below = l == 0 ? inputs : options.controller_size;
    layers_.push_back((scope / ("layer_" + std::to_string(l + 1)))
                          .add("weight", {below + 1, options.controller_size}, initial::glorot(true)));
  }
}

std::size_t Controller::output_size(const Options& options) {
  return options.controller == "lstm" ? options.controller_size * options.controller_layers
                                      : options.controller_size;
}

Controller::State Controller::initial_state(Tape& tape, std::size_t batch) const {
  return {lstm_ ? lstm_->initial_state(tape, batch) : LstmStack::State{}, {}};
}

Controller::State Controller::step(Tape& tape, std::span<const Var> inputs, const State& previous) const {
  State next;
  if (lstm_) {
    next.lstm = lstm_->step(tape, inputs, previous.lstm);
    next.output = next.lstm[0].hidden;
    if (next.lstm.size() > 1) {  // all layers drive the memory
      auto* const hidden = tape.arena().array<Var>(next.lstm.size());
      for (std::size_t l = 0; l < next.lstm.size(); ++l) hidden[l] = next.lstm[l].hidden;
      next.output = concat(tape, {hidden, next.lstm.size()});
    }
  } else {
    next.output = tanh(tape, linear(tape, layers_[0], inputs));
    for (std::size_t l = 1; l < layers_.size(); ++l) {
      next.output = tanh(tape, linear(tape, layers_[l], std::array{next.output}));
    }
  }
  if (options_.output_clip > 0)
    next.output = clamp(tape, next.output, static_cast<Real>(options_.output_clip));
  return next;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
