#include "framework/nn/lstm.hpp"

#include <algorithm>

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/autodiff/staged_products.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Turns the gates of one example from sums into activations, in place, and makes c, tanh c and h.
TAPEHEAD_KERNEL void forward_row(Real* gates, const Real* previous, std::size_t units, Real* cell,
                                 Real* squashed, Real* hidden) {
  for_each_vector(units, [&](std::size_t i, auto at) {
    const auto gate = [&](std::size_t which) { return at.load(gates + which * units + i); };
    const auto keep = [&](std::size_t which, const Vec& v) { at.store(gates + which * units + i, v); };
    const Vec in = sigmoid(gate(0)), forget = sigmoid(gate(1)), candidate = tanh(gate(2)),
              out = sigmoid(gate(3));
    const Vec c = xsimd::fma(forget, at.load(previous + i), in * candidate);
    const Vec s = tanh(c);
    at.store(cell + i, c);
    at.store(squashed + i, s);
    at.store(hidden + i, out * s);
    // All four are read before any is written: gates may be shorter than a vector.
    keep(0, in);
    keep(1, forget);
    keep(2, candidate);
    keep(3, out);
  });
}

// Gradients of the gates' sums and of the previous cell from those of h and c; any of the latter may be nullptr.
TAPEHEAD_KERNEL void backward_row(const Real* gates, const Real* previous, const Real* squashed,
                                  const Real* d_hidden, const Real* d_cell, std::size_t units, Real* d_gates,
                                  Real* d_previous, bool add) {
  const Vec one(Real(1));
  for_each_vector(units, [&](std::size_t i, auto at) {
    const auto read = [&](const Real* row) { return row != nullptr ? at.load(row + i) : Vec(Real(0)); };
    const auto gate = [&](std::size_t which) { return at.load(gates + which * units + i); };
    const auto give = [&](std::size_t which, const Vec& v) { at.store(d_gates + which * units + i, v); };
    const Vec in = gate(0), forget = gate(1), candidate = gate(2), out = gate(3);
    const Vec s = at.load(squashed + i), dh = read(d_hidden);
    const Vec dc = read(d_cell) + dh * out * (one - s * s);
    give(0, dc * candidate * in * (one - in));
    give(1, dc * at.load(previous + i) * forget * (one - forget));
    give(2, dc * in * (one - candidate * candidate));
    give(3, dh * s * out * (one - out));
    if (d_previous != nullptr) {
      const Vec d = dc * forget;
      at.store(d_previous + i, add ? at.load(d_previous + i) + d : d);
    }
  });
}

struct StepRecord {
  StagedUse use;
  Var previous_cell, hidden, cell;
  const Real* gates;     // activated, [batch, 4 · units]
  const Real* squashed;  // tanh c, [batch, units]
  std::size_t units;
};

const Real* row_of(const Real* matrix, std::size_t row, std::size_t width) {
  return matrix != nullptr ? matrix + row * width : nullptr;
}

void lstm_step_backward(Tape& tape, const StepRecord& r) {
  const Real* const d_hidden = tape.output_gradient(r.hidden);
  const Real* const d_cell = tape.output_gradient(r.cell);
  const std::size_t n = r.units;
  if (d_hidden == nullptr && d_cell == nullptr) {
    std::fill_n(r.use.result_gradient, r.use.rows * 4 * n, Real(0));
    return;
  }
  const GradientSlot previous = tape.input_gradient(r.previous_cell);
  for (std::size_t b = 0; b < r.use.rows; ++b) {
    backward_row(r.gates + b * 4 * n, tape.data(r.previous_cell) + b * n, r.squashed + b * n,
                 row_of(d_hidden, b, n), row_of(d_cell, b, n), n, r.use.result_gradient + b * 4 * n,
                 previous ? previous.data + b * n : nullptr, !previous.fresh);
  }
  tape.clip({r.use.result_gradient, r.use.rows * 4 * n});
  tape.staged().propagate(tape, r.use);
}

struct SequenceRecord {
  Var gates, recurrent, initial_hidden, initial_cell, hidden;
  const Real* activated;  // [steps · batch, 4 · units]
  const Real* cells;      // [steps · batch, units]
  const Real* squashed;   // [steps · batch, units]
  std::size_t steps, batch, units;
};

void lstm_sequence_backward(Tape& tape, const SequenceRecord& r) {
  const Real* const d_hidden = tape.output_gradient(r.hidden);
  if (d_hidden == nullptr) return;
  const std::size_t n = r.units, size = r.batch * n;
  Real* const d_gates = tape.scratch(r.steps * size * 4);
  Real* const dh = tape.scratch(size);
  Real* const dc = tape.scratch(size);
  Real* const initial_cell = tape.zeroed_input_gradient(r.initial_cell);
  const Matrix d_through{dh, r.batch, n, n};
  const ConstMatrix recurrent{tape.data(r.recurrent), n, 4 * n, 4 * n};
  std::fill_n(dc, size, Real(0));
  for (std::size_t t = r.steps; t-- > 0;) {
    for (std::size_t i = 0; i < size; ++i)
      dh[i] = d_hidden[t * size + i] + (t + 1 < r.steps ? dh[i] : Real(0));
    tape.clip({dh, size});
    const Real* const previous = t > 0 ? r.cells + (t - 1) * size : tape.data(r.initial_cell);
    Real* const here = d_gates + t * size * 4;
    for (std::size_t b = 0; b < r.batch; ++b) {
      backward_row(r.activated + (t * size + b * n) * 4, previous + b * n, r.squashed + t * size + b * n,
                   dh + b * n, dc + b * n, n, here + b * 4 * n, dc + b * n, false);
    }
    tape.clip({here, 4 * size});
    tape.clip({dc, size});
    matmul_transposed_right({here, r.batch, 4 * n, 4 * n}, recurrent, d_through, Into::replace, sweep_of(t));
  }
  if (initial_cell != nullptr) {
    for (std::size_t i = 0; i < size; ++i) initial_cell[i] += dc[i];
  }
  if (Real* const initial_hidden = tape.zeroed_input_gradient(r.initial_hidden)) {
    for (std::size_t i = 0; i < size; ++i) initial_hidden[i] += dh[i];
  }
  if (Real* const gates = tape.zeroed_input_gradient(r.gates)) {
    for (std::size_t i = 0; i < r.steps * size * 4; ++i) gates[i] += d_gates[i];
  }
  if (const GradientSlot weight = tape.input_gradient(r.recurrent)) {
    const Matrix to{weight.data, n, 4 * n, 4 * n};
    matmul_transposed_left({tape.data(r.initial_hidden), r.batch, n, n}, {d_gates, r.batch, 4 * n, 4 * n}, to,
                           weight.fresh ? Into::replace : Into::add);
    if (r.steps > 1) {
      const std::size_t rows = (r.steps - 1) * r.batch;
      matmul_transposed_left({tape.data(r.hidden), rows, n, n}, {d_gates + size * 4, rows, 4 * n, 4 * n}, to,
                             Into::add);
    }
  }
}

}  // namespace

LstmState lstm_step(Tape& tape, Var weight, std::span<const Var> parts, Var previous_cell) {
  const StagedUse use = tape.staged().gather(tape, "lstm_step", weight, parts, true);
  const std::size_t n = use.columns / 4;
  expect_shape("lstm_step", "weight", tape.shape(weight), {use.inner, 4 * n});
  expect_shape("lstm_step", "previous cell", tape.shape(previous_cell), {use.rows, n});
  Real* const gates = tape.arena().reals(use.rows * 4 * n);
  Real* const squashed = tape.arena().reals(use.rows * n);
  StagedProducts::multiply(tape, use, gates);
  tape.reads({&previous_cell, 1});
  const Var hidden = tape.output({use.rows, n}, true);
  const Var cell = tape.output({use.rows, n}, true);
  for (std::size_t b = 0; b < use.rows; ++b) {
    forward_row(gates + b * 4 * n, tape.data(previous_cell) + b * n, n, tape.mutable_data(cell) + b * n,
                squashed + b * n, tape.mutable_data(hidden) + b * n);
  }
  tape.node<lstm_step_backward>(StepRecord{use, previous_cell, hidden, cell, gates, squashed, n}, hidden, 2);
  return {hidden, cell};
}

Var lstm_sequence(Tape& tape, Var gates, Var recurrent, const LstmState& initial) {
  const Shape state = tape.shape(initial.hidden);
  const std::size_t batch = state.rows(), n = state.back();
  const std::size_t steps = tape.shape(gates).rows() / batch, size = batch * n;
  expect_shape("lstm_sequence", "gates", tape.shape(gates), {steps * batch, 4 * n});
  expect_shape("lstm_sequence", "recurrent weight", tape.shape(recurrent), {n, 4 * n});
  expect_shape("lstm_sequence", "initial cell", tape.shape(initial.cell), state);
  Real* const activated = tape.arena().reals(steps * size * 4);
  Real* const cells = tape.arena().reals(steps * size);
  Real* const squashed = tape.arena().reals(steps * size);
  const Var hidden = tape.output({steps * batch, n}, {gates, recurrent, initial.hidden, initial.cell});
  std::copy_n(tape.data(gates), steps * size * 4, activated);
  const ConstMatrix weight{tape.data(recurrent), n, 4 * n, 4 * n};
  Real* const out = tape.mutable_data(hidden);
  for (std::size_t t = 0; t < steps; ++t) {
    const Real* const last_hidden = t > 0 ? out + (t - 1) * size : tape.data(initial.hidden);
    const Real* const last_cell = t > 0 ? cells + (t - 1) * size : tape.data(initial.cell);
    Real* const here = activated + t * size * 4;
    matmul({last_hidden, batch, n, n}, weight, {here, batch, 4 * n, 4 * n}, Into::add, sweep_of(t));
    for (std::size_t b = 0; b < batch; ++b) {
      const std::size_t at = t * size + b * n;
      forward_row(here + b * 4 * n, last_cell + b * n, n, cells + at, squashed + at, out + at);
    }
  }
  tape.node<lstm_sequence_backward>(SequenceRecord{gates, recurrent, initial.hidden, initial.cell, hidden,
                                                   activated, cells, squashed, steps, batch, n},
                                    hidden);
  return hidden;
}

LstmStack::LstmStack(const Scope& scope, const Options& options) : options_(options) {
  for (std::size_t l = 0; l < options.layers; ++l) {
    const Scope here = scope / ("layer_" + std::to_string(l + 1));
    const std::size_t below = l > 0 ? options.units : 0;
    layers_.push_back({here.add("weight", {options.inputs + below + options.units + 1, 4 * options.units},
                                initial::lstm(options.forget_bias)),
                       here.add("initial_hidden", {options.units}, initial::constant(0)),
                       here.add("initial_cell", {options.units}, initial::constant(0))});
  }
}

LstmStack::State LstmStack::initial_state(Tape& tape, std::size_t batch) const {
  auto* const state = tape.arena().array<LstmState>(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    state[l] = {repeat(tape, layers_[l].initial_hidden, batch), repeat(tape, layers_[l].initial_cell, batch)};
  }
  return {state, layers_.size()};
}

LstmStack::State LstmStack::step(Tape& tape, std::span<const Var> inputs, const State& previous) const {
  auto* const state = tape.arena().array<LstmState>(layers_.size());
  auto* const parts = tape.arena().array<Var>(inputs.size() + 2);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    std::size_t count = 0;
    if (l > 0) parts[count++] = state[l - 1].hidden;
    parts[count++] = previous[l].hidden;
    for (const Var input : inputs) parts[count++] = input;
    state[l] = lstm_step(tape, layers_[l].weight, {parts, count}, previous[l].cell);
    if (options_.cell_clip > 0)
      state[l].cell = clamp(tape, state[l].cell, static_cast<Real>(options_.cell_clip));
  }
  return {state, layers_.size()};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
