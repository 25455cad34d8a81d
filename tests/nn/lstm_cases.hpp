// The fused LSTM beside the loops of lstm_reference.hpp, in either precision.
#pragma once

#include <array>
#include <limits>
#include <vector>

#include "framework/nn/lstm.hpp"
#include "tests/nn/lstm_reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

inline constexpr double kLstmTolerance = 64 * static_cast<double>(std::numeric_limits<Real>::epsilon());

inline std::vector<double> as_double(std::span<const Real> values) { return {values.begin(), values.end()}; }

/// A few steps of lstm_step; parts are h, then an input of width 3.
inline void check_lstm_step_values() {
  for (const std::size_t units : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t batch : {1U, 3U}) {
      INFO(units << " units, batch " << batch);
      const std::size_t width = units + 3;
      std::vector<Real> weight = random_values((width + 1) * 4 * units, "weight");
      const Leaf leaf{weight.data(), nullptr, {width + 1, 4 * units}};
      Tape tape;
      tape.reset({&leaf, 1}, false);
      LstmState state{tape.constant(random_values(batch * units, "h"), {batch, units}),
                      tape.constant(random_values(batch * units, "c"), {batch, units})};
      ReferenceState reference{as_double(tape.value(state.hidden)), as_double(tape.value(state.cell))};
      for (std::size_t t = 0; t < 3; ++t) {
        const std::vector<Real> x = random_values(batch * 3, std::array{"x0", "x1", "x2"}[t]);
        std::vector<double> row;
        for (std::size_t b = 0; b < batch; ++b) {
          for (std::size_t u = 0; u < units; ++u) row.push_back(reference.hidden[b * units + u]);
          for (std::size_t i = 0; i < 3; ++i) row.push_back(static_cast<double>(x[b * 3 + i]));
        }
        reference = reference_lstm_step(row, width, as_double(weight), reference.cell, units);
        const Var parts[] = {state.hidden, tape.constant(x, {batch, 3})};
        state = lstm_step(tape, Var{0}, parts, state.cell);
        CHECK(tape.shape(state.hidden) == Shape{batch, units});
        CHECK_THAT(tape.value(state.hidden), close_to(reference.hidden, kLstmTolerance));
        CHECK_THAT(tape.value(state.cell), close_to(reference.cell, kLstmTolerance));
      }
    }
  }
}

}  // namespace tapehead::testing
