// The controller: the network that drives a memory.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 3.4: a feedforward network or an LSTM.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/nn/lstm.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Controller {
 public:
  struct Options {
    std::string controller = "lstm";
    std::size_t controller_size = 100;
    std::size_t controller_layers = 1;
    double forget_bias = 1;  // not in the paper
    double cell_clip = 0;    // |LSTM cell| at most this; 0: no limit
    double output_clip = 0;  // |controller output| at most this; 0: no limit

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "controller",
                .help = "network that drives the memory",
                .choices = {"lstm", "feedforward"}},
        controller);
      f(Setting{.name = "controller_size",
                .help = "units of each layer",
                .unit = "unit",
                .minimum = 1,
                .maximum = 1e9},
        controller_size);
      f(
          Setting{
              .name = "controller_layers", .help = "layers", .unit = "layer", .minimum = 1, .maximum = 1000},
          controller_layers);
      f(Setting{.name = "forget_bias",
                .help = "initial bias of the LSTM's forget gates",
                .needs = {"controller", {"lstm"}}},
        forget_bias);
      f(Setting{.name = "cell_clip",
                .help = "limit of LSTM cells; 0 for none",
                .minimum = 0,
                .needs = {"controller", {"lstm"}}},
        cell_clip);
      f(Setting{.name = "output_clip", .help = "limit of the controller's outputs; 0 for none", .minimum = 0},
        output_clip);
    }
  };

  struct State {
    LstmStack::State lstm;  // empty for a feedforward network
    Var output;             // [batch, output_size()]; not valid before the first step
  };

  /// `inputs` is the width of all inputs of a step together.
  Controller(const Scope& scope, std::size_t inputs, const Options& options);

  State initial_state(Tape& tape, std::size_t batch) const;

  /// `inputs` are parts [batch, width], those that need no gradient last.
  State step(Tape& tape, std::span<const Var> inputs, const State& previous) const;

  /// Width of the output of a controller with these options.
  static std::size_t output_size(const Options& options);

 private:
  Options options_;
  std::optional<LstmStack> lstm_;
  std::vector<Var> layers_;  // of a feedforward network: [inputs + 1, units], then [units + 1, units]; tanh
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
