#include "framework/memory/entity_memory.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "framework/tensor/matmul.hpp"
#include "framework/tensor/row_kernels.hpp"
#include "framework/tensor/transpose.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// Which examples are at work at which step. The longest come first, so that those of a step are the first of the step
// before, and their slots are one matrix.
struct Schedule {
  const std::uint32_t* order;   // [batch], examples by falling number of sentences
  const std::uint32_t* active;  // [steps + 1], examples that have a sentence at step t
  const std::size_t* first;     // [steps + 1], where the slots of step t begin, counted in examples
  std::size_t batch, steps;
};

// All rows are `stride` long, zeros behind their `width` elements, so that kernels have whole vectors only.
struct Record {
  EntityMemoryInputs inputs;
  EntityMemory results;
  const std::uint32_t* starts;
  Schedule schedule;
  std::size_t slots, width, stride;
  const Real *sentences, *slopes;  // [rows, stride], [stride]
  const Real* before;              // slots before each step, [first[steps] · slots, stride]
  Real* sums;                      // U h + V w + W s; backward writes its gradient there
  const Real* inverse_norms;       // [first[steps] · slots]
  const Real* last;                // slots after the last sentence, [batch · slots, stride]

  // The slots of the example that is i-th at step t, after it.
  const Real* after(std::size_t t, std::size_t i) const {
    const bool goes_on = i < schedule.active[t + 1];
    return goes_on ? before + (schedule.first[t + 1] + i) * slots * stride
                   : last + schedule.order[i] * slots * stride;
  }
  std::size_t row(std::size_t t, std::size_t i) const { return starts[schedule.order[i]] + t; }
};

Schedule schedule_of(Tape& tape, RowStarts starts) {
  const std::size_t batch = starts.size() - 1;
  const auto length = [&](std::uint32_t b) { return starts[b + 1] - starts[b]; };
  auto* const order = tape.arena().array<std::uint32_t>(batch);
  std::iota(order, order + batch, std::uint32_t{0});
  std::sort(order, order + batch, [&](std::uint32_t a, std::uint32_t b) {
    return length(a) != length(b) ? length(a) > length(b) : a < b;
  });
  const std::size_t steps = batch > 0 ? length(order[0]) : 0;
  auto* const active = tape.arena().array<std::uint32_t>(steps + 1);
  auto* const first = tape.arena().array<std::size_t>(steps + 1);
  std::size_t count = batch, at = 0;
  for (std::size_t t = 0; t <= steps; ++t) {
    while (count > 0 && length(order[count - 1]) <= t) --count;
    active[t] = static_cast<std::uint32_t>(count);
    first[t] = at;
    at += count;
  }
  return {order, active, first, batch, steps};
}

void copy_padded(const Real* from, std::size_t rows, std::size_t width, std::size_t stride, Real* to) {
  for (std::size_t r = 0; r < rows; ++r) {
    std::copy_n(from + r * width, width, to + r * stride);
    std::fill_n(to + r * stride + width, stride - width, Real(0));
  }
}

const Real* padded(Tape& tape, Var input, std::size_t stride) {
  const Shape shape = tape.shape(input);
  if (shape.back() == stride) return tape.data(input);
  Real* const rows = tape.arena().reals(shape.rows() * stride);
  copy_padded(tape.data(input), shape.rows(), shape.back(), stride, rows);
  return rows;
}

TAPEHEAD_INLINE Vec phi(const Vec& x, const Vec& slope) {
  const Vec zero(Real(0));
  return xsimd::fma(slope, xsimd::min(x, zero), xsimd::max(x, zero));
}

// What one sentence does to the slots of one example.
struct Update {
  const Real *sentence, *sentence_input, *key_scores, *key_inputs, *slopes, *before;
  Real *sums, *gates, *after, *inverse_norms;  // `sums` holds U h
};

TAPEHEAD_KERNEL void update_slots(const Update& x, std::size_t slots, std::size_t stride) {
  for (std::size_t j = 0; j < slots; ++j)
    x.gates[j] = x.key_scores[j] + dot_row(x.sentence, x.before + j * stride, stride);
  for_each_vector(slots,
                  [&](std::size_t j, auto at) { at.store(x.gates + j, sigmoid(at.load(x.gates + j))); });
  for (std::size_t j = 0; j < slots; ++j) {
    const std::size_t row = j * stride;
    const Vec gate(x.gates[j]);
    Vec squares(Real(0));
    for (std::size_t k = 0; k < stride; k += kLanes) {
      const Vec sum = load(x.sums + row + k) + load(x.key_inputs + row + k) + load(x.sentence_input + k);
      const Vec updated = xsimd::fma(gate, phi(sum, load(x.slopes + k)), load(x.before + row + k));
      store(x.sums + row + k, sum);
      store(x.after + row + k, updated);
      squares = xsimd::fma(updated, updated, squares);
    }
    const Real total = sum(squares), inverse = total == 0 ? Real(0) : Real(1) / std::sqrt(total);
    x.inverse_norms[j] = inverse;
    for (std::size_t k = 0; k < stride; k += kLanes)
      store(x.after + row + k, load(x.after + row + k) * Vec(inverse));
  }
}

// The way back: `slots` holds the gradient of the slots after the sentence, and is left with that of the slots before it
// except for what comes through U; `sums` becomes the gradient of itself. To the others is added.
struct UpdateBack {
  const Real *sentence, *slopes, *before, *after, *gates, *inverse_norms;
  Real *sums, *slots;
  Real *d_sentence, *d_sentence_input, *d_key_inputs, *d_slopes;
  Real* d_scores;  // [slots], replaced
};

TAPEHEAD_KERNEL void update_slots_back(const UpdateBack& x, std::size_t slots, std::size_t stride) {
  const Vec zero(Real(0));
  for (std::size_t j = 0; j < slots; ++j) {
    const std::size_t row = j * stride;
    const Vec gate(x.gates[j]), inverse(x.inverse_norms[j]);
    const Vec along(dot_row(x.after + row, x.slots + row, stride));
    Vec through_gate(Real(0));
    for (std::size_t k = 0; k < stride; k += kLanes) {
      const Vec d = inverse * (load(x.slots + row + k) - along * load(x.after + row + k));
      const Vec sum = load(x.sums + row + k), slope = load(x.slopes + k), d_candidate = gate * d;
      through_gate = xsimd::fma(d, phi(sum, slope), through_gate);
      const Vec d_sum = xsimd::select(sum > zero, d_candidate, slope * d_candidate);
      store(x.slots + row + k, d);
      store(x.sums + row + k, d_sum);
      store(x.d_slopes + k, xsimd::fma(d_candidate, xsimd::min(sum, zero), load(x.d_slopes + k)));
      store(x.d_sentence_input + k, load(x.d_sentence_input + k) + d_sum);
      store(x.d_key_inputs + row + k, load(x.d_key_inputs + row + k) + d_sum);
    }
    x.d_scores[j] = sum(through_gate) * x.gates[j] * (Real(1) - x.gates[j]);
  }
  for (std::size_t j = 0; j < slots; ++j) {
    const std::size_t row = j * stride;
    const Vec d(x.d_scores[j]);
    for (std::size_t k = 0; k < stride; k += kLanes) {
      store(x.slots + row + k, xsimd::fma(d, load(x.sentence + k), load(x.slots + row + k)));
      store(x.d_sentence + k, xsimd::fma(d, load(x.before + row + k), load(x.d_sentence + k)));
    }
  }
}

// Adds rows that are `stride` long to the gradient of a value, if it is wanted.
void add_gradient(Tape& tape, Var to, const Real* from, std::size_t stride) {
  Real* const gradient = tape.zeroed_input_gradient(to);
  if (gradient == nullptr) return;
  const Shape shape = tape.shape(to);
  for (std::size_t r = 0; r < shape.rows(); ++r)
    add_row(from + r * stride, shape.back(), gradient + r * shape.back(), true);
}

void entity_memory_backward(Tape& tape, const Record& r) {
  const Real* const d_last = tape.output_gradient(r.results.slots);
  if (d_last == nullptr) return;
  const std::size_t n = r.slots, width = r.width, stride = r.stride, example = n * stride,
                    rows = r.starts[r.schedule.batch];
  const auto zeros = [&](std::size_t count) {
    Real* const memory = tape.scratch(count);
    std::fill_n(memory, count, Real(0));
    return memory;
  };
  Real *const d_sentences = zeros(rows * stride), *const d_sentence_inputs = zeros(rows * stride),
              *const d_key_scores = tape.scratch(rows * n), *const d_key_inputs = zeros(example),
              *const d_slopes = zeros(stride), *const d_slots = tape.scratch(r.schedule.batch * example);
  Real* const transposed = zeros(width * stride);
  const GradientSlot recurrent = tape.input_gradient(r.inputs.recurrent);
  transpose({tape.data(r.inputs.recurrent), width, width, width}, {transposed, width, width, stride});
  bool fresh = recurrent.fresh;
  const auto enter = [&](std::size_t i) {  // an example whose last step comes next
    copy_padded(d_last + r.schedule.order[i] * n * width, n, width, stride, d_slots + i * example);
  };
  for (std::size_t t = r.schedule.steps; t-- > 0;) {
    const std::size_t active = r.schedule.active[t], first = r.schedule.first[t];
    for (std::size_t i = r.schedule.active[t + 1]; i < active; ++i) enter(i);
    Real* const sums = r.sums + first * example;
    const Real* const before = r.before + first * example;
    for (std::size_t i = 0; i < active; ++i) {
      const std::size_t row = r.row(t, i);
      update_slots_back({.sentence = r.sentences + row * stride,
                         .slopes = r.slopes,
                         .before = before + i * example,
                         .after = r.after(t, i),
                         .gates = tape.data(r.results.gates) + row * n,
                         .inverse_norms = r.inverse_norms + (first + i) * n,
                         .sums = sums + i * example,
                         .slots = d_slots + i * example,
                         .d_sentence = d_sentences + row * stride,
                         .d_sentence_input = d_sentence_inputs + row * stride,
                         .d_key_inputs = d_key_inputs,
                         .d_slopes = d_slopes,
                         .d_scores = d_key_scores + row * n},
                        n, stride);
    }
    tape.clip({sums, active * example});
    if (recurrent) {
      matmul_transposed_left({before, active * n, width, stride}, {sums, active * n, width, stride},
                             {recurrent.data, width, width, width}, fresh ? Into::replace : Into::add);
      fresh = false;
    }
    matmul({sums, active * n, width, stride}, {transposed, width, stride, stride},
           {d_slots, active * n, stride, stride}, Into::add);
    tape.clip({d_slots, active * example});
  }
  if (recurrent && fresh) std::fill_n(recurrent.data, width * width, Real(0));
  for (std::size_t i = r.schedule.steps > 0 ? r.schedule.active[0] : 0; i < r.schedule.batch; ++i) enter(i);
  for (std::size_t i = 1; i < r.schedule.batch; ++i) add_row(d_slots + i * example, example, d_slots, true);
  add_gradient(tape, r.inputs.initial, d_slots, stride);
  add_gradient(tape, r.inputs.sentences, d_sentences, stride);
  add_gradient(tape, r.inputs.sentence_inputs, d_sentence_inputs, stride);
  add_gradient(tape, r.inputs.key_scores, d_key_scores, n);
  add_gradient(tape, r.inputs.key_inputs, d_key_inputs, stride);
  add_gradient(tape, r.inputs.slopes, d_slopes, stride);
}

}  // namespace

EntityMemory entity_memory(Tape& tape, const EntityMemoryInputs& inputs, RowStarts starts) {
  const std::size_t n = tape.shape(inputs.initial)[0], width = tape.shape(inputs.initial).back(),
                    rows = starts.back();
  const auto expect = [&](const char* name, Var input, const Shape& shape) {
    expect_shape("entity_memory", name, tape.shape(input), shape);
  };
  expect("initial", inputs.initial, {n, width});
  expect("sentences", inputs.sentences, {rows, width});
  expect("sentence_inputs", inputs.sentence_inputs, {rows, width});
  expect("key_scores", inputs.key_scores, {rows, n});
  expect("key_inputs", inputs.key_inputs, {n, width});
  expect("recurrent", inputs.recurrent, {width, width});
  expect("slopes", inputs.slopes, {width});

  const Schedule schedule = schedule_of(tape, starts);
  const std::size_t batch = schedule.batch, stride = (width + kLanes - 1) / kLanes * kLanes,
                    example = n * stride;
  const EntityMemory results{
      tape.output({batch * n, width}, {inputs.sentences, inputs.sentence_inputs, inputs.key_scores,
                                       inputs.key_inputs, inputs.initial, inputs.recurrent, inputs.slopes}),
      tape.output({rows, n}, false)};
  // Whoever does not go back needs the last two steps' slots alone.
  const bool kept = tape.requires_gradient(results.slots);
  const std::size_t once = kept ? schedule.first[schedule.steps] : batch;
  const auto place = [&](std::size_t t) { return kept ? schedule.first[t] : t % 2 * batch; };
  Real *const before = tape.arena().reals((kept ? once : 2 * batch) * example),
              *const sums = tape.arena().reals(once * example),
              *const inverse_norms = tape.arena().reals(once * n),
              *const last = tape.arena().reals(batch * example);
  const Real *const sentences = padded(tape, inputs.sentences, stride),
                    *const sentence_inputs = padded(tape, inputs.sentence_inputs, stride),
                    *const key_inputs = padded(tape, inputs.key_inputs, stride),
                    *const initial = padded(tape, inputs.initial, stride),
                    *const recurrent = padded(tape, inputs.recurrent, stride),
                    *const slopes = padded(tape, inputs.slopes, stride);
  const std::size_t told = schedule.active[0];  // examples with a sentence
  for (std::size_t i = 0; i < batch; ++i)
    std::copy_n(initial, example, i < told ? before + i * example : last + schedule.order[i] * example);
  for (std::size_t t = 0; t < schedule.steps; ++t) {
    const std::size_t active = schedule.active[t], here = place(t), here_once = kept ? here : 0;
    matmul({before + here * example, active * n, width, stride}, {recurrent, width, stride, stride},
           {sums + here_once * example, active * n, stride, stride});
    for (std::size_t i = 0; i < active; ++i) {
      const std::size_t b = schedule.order[i], row = starts[b] + t;
      update_slots(
          {.sentence = sentences + row * stride,
           .sentence_input = sentence_inputs + row * stride,
           .key_scores = tape.data(inputs.key_scores) + row * n,
           .key_inputs = key_inputs,
           .slopes = slopes,
           .before = before + (here + i) * example,
           .sums = sums + (here_once + i) * example,
           .gates = tape.mutable_data(results.gates) + row * n,
           .after = i < schedule.active[t + 1] ? before + (place(t + 1) + i) * example : last + b * example,
           .inverse_norms = inverse_norms + (here_once + i) * n},
          n, stride);
    }
  }
  for (std::size_t r = 0; r < batch * n; ++r)
    std::copy_n(last + r * stride, width, tape.mutable_data(results.slots) + r * width);
  tape.node<entity_memory_backward>(Record{inputs, results, starts.data(), schedule, n, width, stride,
                                           sentences, slopes, before, sums, inverse_norms, last},
                                    results.slots, 2);
  return results;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
