// The golden case of the LSTM.
#include "framework/autodiff/products.hpp"
#include "framework/nn/lstm.hpp"
#include "tests/golden/golden_run.hpp"
#include "tests/golden/stacked_weight.hpp"

using namespace tapehead;
using namespace tapehead::testing;

TEST_CASE("golden: an LSTM, step by step", "[golden][nn]") {
  GoldenRun run("lstm_cell_sequence");
  const StackedWeight weight({run.array("in", "Wi"), run.array("in", "Wh")}, run.array("in", "b"));
  run.add_leaf("weight", weight.shape(), weight.values());
  Tape& tape = run.tape();
  LstmState state{run.in("h0"), run.in("c0")};
  std::vector<Var> hidden;
  for (std::size_t t = 0; t < run.shape("x")[0]; ++t) {
    const Var input = step_of(tape, run.in("x"), t);
    state = lstm_step(tape, run.in("weight"), std::array{input, state.hidden}, state.cell);
    hidden.push_back(state.hidden);
  }
  run.outputs({{"h", stacked(tape, hidden)}, {"c", state.cell}});
  run.check_gradients({"x", "h0", "c0"});
  const auto gradients = weight.split(run.gradient("weight"));
  run.check_gradient("Wi", gradients[0]);
  run.check_gradient("Wh", gradients[1]);
  run.check_gradient("b", gradients[2]);
}

TEST_CASE("golden: an LSTM, all steps of a layer at once", "[golden][nn]") {
  // The case's loss has a term of the last cell, which lstm_sequence() does not give out: values only.
  GoldenRun run("lstm_cell_sequence");
  const StackedWeight input({run.array("in", "Wi")}, run.array("in", "b"));
  run.add_leaf("input", input.shape(), input.values());
  const StackedWeight recurrent({run.array("in", "Wh")});
  run.add_leaf("recurrent", recurrent.shape(), recurrent.values());
  Tape& tape = run.tape();
  const Shape inputs = run.shape("x");
  const Var rows = reshape(tape, run.in("x"), {inputs[0] * inputs[1], inputs[2]});
  const Var gates = linear(tape, run.in("input"), std::array{rows});
  const Var hidden = lstm_sequence(tape, gates, run.in("recurrent"), {run.in("h0"), run.in("c0")});
  CHECK_THAT(tape.value(hidden), close_to(run.array("out", "h").values, 1e-9));
}
