// A layer of LSTM by loops in double: what the equations at the top of framework/nn/lstm.hpp say, one unit at a time.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace tapehead::testing {

struct ReferenceState {
  std::vector<double> hidden, cell;  // [batch, units]
};

/// One step: `inputs` [batch, width] hold everything that the weight [width + 1, 4 · units] multiplies, h included.
inline ReferenceState reference_lstm_step(const std::vector<double>& inputs, std::size_t width,
                                          const std::vector<double>& weight,
                                          const std::vector<double>& previous_cell, std::size_t units) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const std::size_t batch = previous_cell.size() / units;
  ReferenceState next{std::vector<double>(batch * units), std::vector<double>(batch * units)};
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t u = 0; u < units; ++u) {
      double sums[4];  // i, f, g, o
      for (std::size_t gate = 0; gate < 4; ++gate) {
        const std::size_t column = gate * units + u;
        sums[gate] = weight[width * 4 * units + column];
        for (std::size_t k = 0; k < width; ++k)
          sums[gate] += inputs[b * width + k] * weight[k * 4 * units + column];
      }
      const double cell =
          sigmoid(sums[1]) * previous_cell[b * units + u] + sigmoid(sums[0]) * std::tanh(sums[2]);
      next.cell[b * units + u] = cell;
      next.hidden[b * units + u] = sigmoid(sums[3]) * std::tanh(cell);
    }
  }
  return next;
}

}  // namespace tapehead::testing
