// The LSTM without external memory that the NTM paper compares with: layers on top of each other, the input feeding
// every layer and the output reading all of them.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4 and Table 3; Graves 2013, arXiv:1308.0850, section 2.
#pragma once

#include <vector>

#include "framework/models/model.hpp"
#include "framework/nn/lstm.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With i inputs, o targets, H units: 4H(i + H + 1) + (layers - 1) 4H(i + 2H + 1) + o(layers H + 1) + 2 layers H
/// parameters, which is every count of Table 3 (with the outputs the paper had).
class LstmBaseline final : public Model {
 public:
  struct Options {
    std::size_t units = 256;
    std::size_t layers = 3;
    double forget_bias = 1;  // not in the paper

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "units", .help = "units of each layer", .unit = "unit", .minimum = 1, .maximum = 1e9},
        units);
      f(Setting{.name = "layers", .help = "layers", .unit = "layer", .minimum = 1, .maximum = 1000}, layers);
      f(Setting{.name = "forget_bias", .help = "initial bias of the forget gates"}, forget_bias);
    }
  };

  LstmBaseline(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// Runs layer by layer: nothing feeds back from the output, so each layer sees all of its inputs at once and its
  /// weights stay in the cache.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;

 private:
  struct Layer {
    Var input;           // [inputs (+ units below) + 1, 4 · units]
    Var recurrent;       // [units, 4 · units]
    Var initial_hidden;  // [units]
    Var initial_cell;    // [units]
  };

  std::vector<Layer> layers_;
  Var output_;  // [layers · units + 1, target]
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
