#include "framework/nn/lstm.hpp"

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/nn/lstm_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

// The equations from generic ops.
LstmState composed_step(Tape& tape, Var weight, Inputs parts, Var previous_cell) {
  std::vector<Var> all(parts.begin(), parts.end());
  const std::size_t batch = tape.shape(previous_cell)[0], units = tape.shape(previous_cell)[1];
  all.push_back(tape.constant(std::vector<Real>(batch, 1), {batch, 1}));
  const Var sums = matmul(tape, concat(tape, all), weight);
  const auto gate = [&](std::size_t which) { return slice(tape, sums, which * units, units); };
  const Var kept = multiply(tape, sigmoid(tape, gate(1)), previous_cell);
  const Var cell = add(tape, kept, multiply(tape, sigmoid(tape, gate(0)), tanh(tape, gate(2))));
  return {multiply(tape, sigmoid(tape, gate(3)), tanh(tape, cell)), cell};
}

// Four leaves: weight, h, c, one input for all steps. Returns values and gradients of Σ c·output.
template <class Outputs>
std::vector<Real> values_and_gradients(std::size_t units, std::size_t batch, std::size_t weight_rows,
                                       Outputs outputs) {
  testing::Leaves leaves(
      {{{weight_rows, 4 * units}, testing::random_values(weight_rows * 4 * units, "weight")},
       {{batch, units}, testing::random_values(batch * units, "h")},
       {{batch, units}, testing::random_values(batch * units, "c")},
       {{batch, 3}, testing::random_values(batch * 3, "x")}});
  Tape tape;
  tape.reset(leaves.all());
  std::vector<Real> all;
  Var loss = tape.constant(std::vector<Real>{0}, {});
  for (const Var y : outputs(tape)) {
    all.insert(all.end(), tape.value(y).begin(), tape.value(y).end());
    const Var cotangent =
        tape.constant(testing::random_values(tape.value(y).size(), "cotangent"), tape.shape(y));
    loss = add(tape, loss, sum(tape, multiply(tape, y, cotangent)));
  }
  tape.backward(loss);
  for (std::size_t leaf = 0; leaf < 4; ++leaf) {
    all.insert(all.end(), leaves.gradient(leaf).begin(), leaves.gradient(leaf).end());
  }
  return all;
}

}  // namespace

TEST_CASE("in double a step of LSTM follows its equations, for any number of units", "[lstm]") {
  testing::check_lstm_step_values();
}

TEST_CASE("the fused LSTM step is what generic ops make, values and gradients over several steps", "[lstm]") {
  for (const std::size_t units : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t batch : {1U, 3U}) {
      INFO(units << " units, batch " << batch);
      const auto with = [&](auto step) {
        return values_and_gradients(units, batch, units + 4, [&](Tape& tape) {
          LstmState state{Var{1}, Var{2}};
          std::vector<Var> outputs;
          for (int t = 0; t < 4; ++t) {
            const Var parts[] = {state.hidden, Var{3}};
            state = step(tape, Var{0}, Inputs(parts), state.cell);
            outputs.push_back(state.hidden);
          }
          outputs.push_back(state.cell);
          return outputs;
        });
      };
      CHECK_THAT(with(lstm_step), testing::close_to(with(composed_step), 1e-12));
    }
  }
}

TEST_CASE("a step has the right gradients if only its hidden state, only its cell or neither is used",
          "[lstm]") {
  const auto check = [](auto outputs) {
    return check_gradients({{12, 28}, {2, 7}, {2, 7}, {2, 4}}, [&](Tape& tape, Inputs in) {
      const Var parts[] = {in[1], in[3]};
      const LstmState first = lstm_step(tape, in[0], parts, in[2]);
      const Var further[] = {first.hidden, in[3]};
      const LstmState second = lstm_step(tape, in[0], further, first.cell);
      return outputs(tape, in, first, second);
    });
  };
  using State = const LstmState&;
  CHECK(check([](Tape&, Inputs, State, State b) { return b.hidden; }) < 1e-8);
  CHECK(check([](Tape&, Inputs, State, State b) { return b.cell; }) < 1e-8);
  CHECK(check([](Tape&, Inputs, State a, State) { return a.cell; }) < 1e-8);  // the second step: neither
  CHECK(check([](Tape& tape, Inputs in, State a, State b) {
          return std::vector<Var>{a.hidden, b.cell, b.hidden, tanh(tape, in[2])};
        }) < 1e-8);
}

TEST_CASE("one value may be the previous cell and a part at once", "[lstm][gradient]") {
  CHECK(check_gradients({{8, 28}, {2, 7}}, [](Tape& tape, Inputs in) {
          const Var x = tanh(tape, in[1]);
          return lstm_step(tape, in[0], {&x, 1}, x).hidden;
        }) < 1e-8);
}

TEST_CASE("a whole sequence at once is one step after the other", "[lstm]") {
  for (const std::size_t units : {1U, 7U, 16U, 17U, 33U}) {
    for (const std::size_t batch : {1U, 3U}) {
      for (const std::size_t steps : {1U, 2U, 5U}) {
        INFO(units << " units, batch " << batch << ", " << steps << " steps");
        const auto each = values_and_gradients(units, batch, units + 4, [&](Tape& tape) {
          LstmState state{Var{1}, Var{2}};
          std::vector<Var> hidden;
          for (std::size_t t = 0; t < steps; ++t) {
            const Var parts[] = {state.hidden, Var{3}};
            state = lstm_step(tape, Var{0}, parts, state.cell);
            hidden.push_back(state.hidden);
          }
          return std::vector<Var>{stack_steps(tape, hidden, 1)};
        });
        const auto at_once = values_and_gradients(units, batch, units + 4, [&](Tape& tape) {
          // The weight's rows: first those of h, then those of the input and the bias.
          const Var rows = transpose(tape, Var{0});
          const Var recurrent = transpose(tape, slice(tape, rows, 0, units));
          const Var below = transpose(tape, slice(tape, rows, units, 4));
          const Var ones = tape.constant(std::vector<Real>(batch, 1), {batch, 1});
          const Var parts[] = {Var{3}, ones};
          const std::vector<Var> gates(steps, matmul(tape, concat(tape, parts), below));
          return std::vector<Var>{
              lstm_sequence(tape, stack_steps(tape, gates, 1), recurrent, {Var{1}, Var{2}})};
        });
        CHECK_THAT(at_once, testing::close_to(each, 1e-12));
      }
    }
  }
}

TEST_CASE("a sequence has the gradient of central differences in all its arguments", "[lstm][gradient]") {
  for (const std::size_t units : {3U, 17U}) {
    CHECK(check_gradients({{4 * 2, 4 * units}, {units, 4 * units}, {2, units}, {2, units}},
                          [](Tape& tape, Inputs in) {
                            return lstm_sequence(tape, in[0], in[1], {in[2], in[3]});
                          },
                          {.elements = 60}) < 1e-7);
  }
  CHECK(check_gradients({{6, 12}, {3, 12}, {2, 3}, {2, 3}}, [](Tape& tape, Inputs in) {  // beside other uses
          std::vector<Var> outputs{lstm_sequence(tape, in[0], in[1], {in[2], in[3]})};
          for (const Var x : in) outputs.push_back(tanh(tape, x));
          return outputs;
        }) < 1e-7);
}

TEST_CASE("a stack of layers learns all its weights and initial states", "[lstm][gradient]") {
  for (const double cell_clip : {0.0, 0.3}) {
    Parameters parameters;
    const LstmStack stack(Scope(parameters, "lstm"),
                          {.inputs = 5, .units = 4, .layers = 3, .cell_clip = cell_clip});
    parameters.complete(3);
    for (Real& x : parameters.values(Var{2})) x = Real(0.1);  // an initial cell, which starts as 0
    const std::vector<Real> x = testing::random_values(6, "x"), z = testing::random_values(4, "z");
    CHECK(
        check_parameter_gradients(parameters,
                                  [&](Tape& tape) {
                                    const Var inputs[] = {tape.constant(x, {2, 3}), tape.constant(z, {2, 2})};
                                    LstmStack::State state = stack.initial_state(tape, 2);
                                    std::vector<Var> outputs;
                                    for (int t = 0; t < 3; ++t) {
                                      state = stack.step(tape, inputs, state);
                                      outputs.push_back(state.back().hidden);
                                    }
                                    return outputs;
                                  },
                                  {.elements = 40}) < 1e-7);
  }
}

TEST_CASE("an upper layer sees the hidden state of the layer below at the same step", "[lstm]") {
  Parameters parameters;
  const LstmStack stack(Scope(parameters, "lstm"), {.inputs = 1, .units = 2, .layers = 2});
  parameters.complete(3);
  const std::vector<Leaf> leaves = parameters.leaves(nullptr);
  Tape tape;
  tape.reset(leaves, false);
  const Var x = tape.constant(std::vector<Real>{0.5}, {1, 1});
  const LstmStack::State state = stack.step(tape, {&x, 1}, stack.initial_state(tape, 1));
  const auto weight = [&](std::uint32_t id) { return testing::as_double(parameters.values(Var{id})); };
  // Rows of the weight: (h of the layer below), h, inputs, bias.
  const auto first = testing::reference_lstm_step({0, 0, 0.5}, 3, weight(0), {0, 0}, 2);
  const auto second =
      testing::reference_lstm_step({first.hidden[0], first.hidden[1], 0, 0, 0.5}, 5, weight(3), {0, 0}, 2);
  CHECK_THAT(tape.value(state[0].hidden), testing::close_to(first.hidden, 1e-13));
  CHECK_THAT(tape.value(state[1].hidden), testing::close_to(second.hidden, 1e-13));
}
