// The controller by itself.
#include "framework/models/controller.hpp"

#include <array>
#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using tapehead::testing::close_to;
using tapehead::testing::random_values;

namespace {

struct Built {
  explicit Built(const Controller::Options& options) : controller(Scope(parameters), 5, options) {
    parameters.complete(1);
    tape.reset(parameters.leaves(nullptr), false);
  }
  /// The output after `steps` steps with two input parts of widths 2 and 3.
  std::vector<Real> output(std::size_t steps) {
    Controller::State state = controller.initial_state(tape, 2);
    for (std::size_t t = 0; t < steps; ++t) {
      const std::string at = std::to_string(t);
      const Var read = tape.constant(random_values(4, "read " + at), {2, 2});
      const Var input = tape.constant(random_values(6, "input " + at), {2, 3});
      state = controller.step(tape, std::array{read, input}, state);
    }
    shape = to_string(tape.shape(state.output));
    return {tape.value(state.output).begin(), tape.value(state.output).end()};
  }
  Parameters parameters;
  Controller controller;
  Tape tape;
  std::string shape;
};

Controller::Options options(const std::string& kind, std::size_t layers) {
  Controller::Options result;
  result.controller = kind;
  result.controller_size = 4;
  result.controller_layers = layers;
  return result;
}

}  // namespace

TEST_CASE("all layers of an LSTM drive the memory, of a feedforward network the last", "[models]") {
  for (const std::size_t layers : {1U, 2U, 3U}) {
    CHECK(Controller::output_size(options("lstm", layers)) == 4 * layers);
    CHECK(Controller::output_size(options("feedforward", layers)) == 4);
    for (const char* const kind : {"lstm", "feedforward"}) {
      Built built(options(kind, layers));
      built.output(2);
      CHECK(built.shape == to_string(Shape{2, Controller::output_size(options(kind, layers))}));
    }
  }
}

TEST_CASE("a feedforward controller is tanh of a linear layer, without memory of its own", "[models]") {
  Built built(options("feedforward", 1));
  const std::vector<Real> output = built.output(3);
  const std::vector<Real> read = random_values(4, "read 2"), input = random_values(6, "input 2");
  const std::span<const Real> weight = built.parameters.values(Var{0});  // [2 + 3 + 1, 4]
  std::vector<double> expected;
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t unit = 0; unit < 4; ++unit) {
      double total = static_cast<double>(weight[5 * 4 + unit]);
      for (std::size_t i = 0; i < 2; ++i)
        total += static_cast<double>(read[b * 2 + i] * weight[i * 4 + unit]);
      for (std::size_t i = 0; i < 3; ++i)
        total += static_cast<double>(input[b * 3 + i] * weight[(2 + i) * 4 + unit]);
      expected.push_back(std::tanh(total));
    }
  }
  CHECK_THAT(output, close_to(expected, 1e-5));
}

TEST_CASE("an LSTM controller remembers, a feedforward one does not", "[models]") {
  // The last step's inputs are the same whether or not steps came before it.
  const auto last_input_only = [](const char* kind) {
    Built built(options(kind, 1));
    const auto step = [&](const std::vector<Real>& first) {
      Controller::State state = built.controller.initial_state(built.tape, 1);
      for (const std::vector<Real>& values : {first, random_values(5, "last")}) {
        state = built.controller.step(built.tape, std::array{built.tape.constant(values, {1, 5})}, state);
      }
      return std::vector<Real>(built.tape.value(state.output).begin(), built.tape.value(state.output).end());
    };
    return step(random_values(5, "one")) == step(random_values(5, "two"));
  };
  CHECK(last_input_only("feedforward"));
  CHECK_FALSE(last_input_only("lstm"));
}

TEST_CASE("clipping bounds a controller's outputs and cells", "[models]") {
  const auto largest = [](const std::vector<Real>& values) {
    Real result = 0;
    for (const Real v : values) result = std::max(result, std::abs(v));
    return result;
  };
  Controller::Options clipped = options("lstm", 2);
  REQUIRE(largest(Built(clipped).output(4)) > 0.05);
  clipped.output_clip = 0.05;
  CHECK(largest(Built(clipped).output(4)) <= Real(0.05));
  // |h| ≤ tanh |c|; the cell is cut after h was made from it, so the next step shows it.
  Controller::Options cells = options("lstm", 1);
  const std::vector<Real> free = Built(cells).output(4);
  cells.cell_clip = 0.02;
  CHECK(Built(cells).output(4) != free);
}
