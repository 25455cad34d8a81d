#include "framework/nn/lstm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/autodiff/reduce.hpp"
#include "framework/tensor/error.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/nn/lstm_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using testing::close_to;

TEST_CASE("a step of LSTM follows its equations, for any number of units", "[lstm]") {
  testing::check_lstm_step_values();
}

TEST_CASE("with gates wide open or shut an LSTM stores, keeps and forgets", "[lstm]") {
  // One unit, no inputs but h, which the weight ignores: the bias alone sets the gates i, f, g, o.
  const auto cell_after = [](std::vector<Real> bias, Real before) {
    std::vector<Real> weight(8, 0);
    std::copy(bias.begin(), bias.end(), weight.begin() + 4);
    const Leaf leaf{weight.data(), nullptr, {2, 4}};
    Tape tape;
    tape.reset({&leaf, 1}, false);
    const Var hidden = tape.constant(std::vector<Real>{5}, {1, 1}),
              cell = tape.constant(std::vector<Real>{before}, {1, 1});
    const LstmState next = lstm_step(tape, Var{0}, {&hidden, 1}, cell);
    return std::vector<Real>{tape.value(next.cell)[0], tape.value(next.hidden)[0]};
  };
  CHECK_THAT(cell_after({-90, 90, 1, 90}, 0.5),
             close_to({0.5, std::tanh(0.5)}, 1e-6));                                    // keeps, and shows it
  CHECK_THAT(cell_after({-90, 90, 1, -90}, 0.5), close_to({0.5, 0}, 1e-6));             // keeps, and hides it
  CHECK_THAT(cell_after({90, -90, 90, 90}, 0.5), close_to({1, std::tanh(1.0)}, 1e-6));  // replaces 0.5 by 1
  CHECK_THAT(cell_after({90, 90, -90, 90}, 0.5), close_to({-0.5, std::tanh(-0.5)}, 1e-6));  // adds -1
}

TEST_CASE("an LSTM refuses what does not fit", "[lstm]") {
  Tape tape;
  tape.reset({});
  const auto zeros = [&](const Shape& shape) {
    return tape.constant(std::vector<Real>(shape.size()), shape);
  };
  const Var parts[] = {zeros({2, 5}), zeros({2, 3})};
  CHECK_THROWS_WITH(lstm_step(tape, zeros({8, 20}), parts, zeros({2, 5})),
                    "lstm_step: weight has shape [8, 20], expected [9, 20]");
  CHECK_THROWS_WITH(lstm_step(tape, zeros({9, 21}), parts, zeros({2, 5})),
                    "lstm_step: weight has shape [9, 21], expected [9, 20]");
  CHECK_THROWS_WITH(lstm_step(tape, zeros({9, 20}), parts, zeros({2, 4})),
                    "lstm_step: previous cell has shape [2, 4], expected [2, 5]");
  const LstmState initial{zeros({2, 5}), zeros({2, 5})};
  CHECK_THROWS_WITH(lstm_sequence(tape, zeros({6, 19}), zeros({5, 20}), initial),
                    "lstm_sequence: gates has shape [6, 19], expected [6, 20]");
  CHECK_THROWS_WITH(lstm_sequence(tape, zeros({5, 20}), zeros({5, 20}), initial),
                    "lstm_sequence: gates has shape [5, 20], expected [4, 20]");
  CHECK_THROWS_WITH(lstm_sequence(tape, zeros({6, 20}), zeros({4, 20}), initial),
                    "lstm_sequence: recurrent weight has shape [4, 20], expected [5, 20]");
  CHECK_THROWS_WITH(lstm_sequence(tape, zeros({6, 20}), zeros({5, 20}), {zeros({2, 5}), zeros({2, 4})}),
                    "lstm_sequence: initial cell has shape [2, 4], expected [2, 5]");
}

TEST_CASE("gradients are clipped between the steps of a sequence too", "[lstm]") {
  constexpr std::size_t kUnits = 2, kSteps = 3;
  constexpr Real kLimit = 0.25;
  testing::Leaves leaves({{{kSteps, 4 * kUnits}, std::vector<Real>(kSteps * 4 * kUnits, 0.5)},
                          {{kUnits, 4 * kUnits}, std::vector<Real>(kUnits * 4 * kUnits, 0.5)},
                          {{1, kUnits}, {0.5, 0.5}},
                          {{1, kUnits}, {0.5, 0.5}}});
  Tape tape;
  const auto largest = [&](Real limit) {
    tape.reset(leaves.all());
    const Var hidden = lstm_sequence(tape, Var{0}, Var{1}, {Var{2}, Var{3}});
    tape.backward(sum(tape, hidden), 1000, limit);
    return *std::ranges::max_element(leaves.gradient(3));  // of the initial cell, after three steps
  };
  CHECK(largest(std::numeric_limits<Real>::infinity()) > 10);
  CHECK(largest(kLimit) <= kLimit);
}

TEST_CASE("a stack registers its layers by path, the upper ones wider by the layer below", "[lstm]") {
  Parameters parameters;
  const LstmStack stack(Scope(parameters, "controller"),
                        {.inputs = 6, .units = 5, .layers = 2, .forget_bias = 1.5});
  parameters.complete(1);
  const auto& all = parameters.all();
  REQUIRE(all.size() == 6);
  CHECK(all[0].path == "controller/layer_1/weight");
  CHECK(all[0].shape == Shape{6 + 5 + 1, 20});
  CHECK(all[1].path == "controller/layer_1/initial_hidden");
  CHECK(all[1].shape == Shape{5});
  CHECK(all[2].path == "controller/layer_1/initial_cell");
  CHECK(all[3].path == "controller/layer_2/weight");
  CHECK(all[3].shape == Shape{6 + 5 + 5 + 1, 20});
  CHECK(parameters.values(Var{3})[16 * 20 + 5] == Real(1.5));  // the forget gates' bias
}

TEST_CASE("a cell limit holds the cell, and the next step starts from what it holds", "[lstm]") {
  Parameters parameters;
  const LstmStack stack(Scope(parameters, "lstm"), {.inputs = 1, .units = 3, .cell_clip = 0.25});
  parameters.complete(1);
  const auto bias = parameters.values(Var{0}).last(12);
  std::fill_n(bias.begin(), 12, Real(90));  // every step adds 1 to what it keeps
  const std::vector<Leaf> leaves = parameters.leaves(nullptr);
  Tape tape;
  tape.reset(leaves, false);
  const Var x = tape.constant(std::vector<Real>{0}, {1, 1});
  LstmStack::State state = stack.initial_state(tape, 1);
  for (int t = 0; t < 2; ++t) {
    state = stack.step(tape, {&x, 1}, state);
    CHECK_THAT(tape.value(state[0].cell), close_to(std::vector<double>(3, 0.25), 1e-6));
    // h comes from the cell before it was limited: 0 + 1, then 0.25 + 1.
    CHECK_THAT(tape.value(state[0].hidden),
               close_to(std::vector<double>(3, std::tanh(t == 0 ? 1.0 : 1.25)), 1e-6));
  }
}
