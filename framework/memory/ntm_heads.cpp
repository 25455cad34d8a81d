#include "framework/memory/ntm_heads.hpp"

#include <algorithm>
#include <limits>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// --- activations ----------------------------------------------------------------------------------------------

struct ActivationRecord {
  Var raw, parameters;
  HeadLayout layout;
  KeyActivation activation;
};

TAPEHEAD_KERNEL void activate_row(const Real* raw, const HeadLayout& layout, KeyActivation activation,
                                  Real* to) {
  const std::size_t vectors = layout.key_strength(), strengths = layout.gate() - vectors;
  const std::size_t gates = layout.shift() - layout.gate();
  for_each_vector(vectors, [&](std::size_t i, auto at) {
    const Vec x = at.load(raw + i);
    at.store(to + i, activation == KeyActivation::tanh ? tanh(x) : x);
  });
  for_each_vector(strengths, [&](std::size_t i, auto at) {
    at.store(to + vectors + i, softplus(at.load(raw + vectors + i)));
  });
  for (std::size_t h = 0; h < layout.heads(); ++h) to[layout.sharpening(h)] += 1;
  for_each_vector(gates, [&](std::size_t i, auto at) {
    at.store(to + layout.gate() + i, sigmoid(at.load(raw + layout.gate() + i)));
  });
  for (std::size_t h = 0; h < layout.heads(); ++h) {
    softmax_row(raw + layout.shift(h), 1, layout.shifts(), to + layout.shift(h));
  }
}

TAPEHEAD_KERNEL void activate_row_backward(const Real* raw, const Real* y, const Real* dy,
                                           const HeadLayout& layout, KeyActivation activation, Real* dx,
                                           bool add) {
  const Vec one(Real(1));
  const auto give = [&](Real* to, auto at, const Vec& d) { at.store(to, add ? at.load(to) + d : d); };
  const std::size_t vectors = layout.key_strength(), strengths = layout.gate() - vectors;
  const std::size_t gates = layout.shift() - layout.gate();
  for_each_vector(vectors, [&](std::size_t i, auto at) {
    const Vec v = at.load(y + i), d = at.load(dy + i);
    give(dx + i, at, activation == KeyActivation::tanh ? d * (one - v * v) : d);
  });
  for_each_vector(strengths, [&](std::size_t i, auto at) {
    const Vec slope = sigmoid(at.load(raw + vectors + i));
    give(dx + vectors + i, at, slope * at.load(dy + vectors + i));
  });
  const std::size_t gate = layout.gate();
  for_each_vector(gates, [&](std::size_t i, auto at) {
    const Vec v = at.load(y + gate + i);
    give(dx + gate + i, at, at.load(dy + gate + i) * v * (one - v));
  });
  for (std::size_t h = 0; h < layout.heads(); ++h) {
    const std::size_t shift = layout.shift(h);
    softmax_row_backward(y + shift, dy + shift, layout.shifts(), dx + shift, add);
  }
}

void activate_heads_backward(Tape& tape, const ActivationRecord& r) {
  const Real* const dy = tape.output_gradient(r.parameters);
  const GradientSlot slot = dy != nullptr ? tape.input_gradient(r.raw) : GradientSlot{};
  if (!slot) return;
  const std::size_t columns = r.layout.columns();
  for (std::size_t at = 0; at < tape.shape(r.raw).size(); at += columns) {
    activate_row_backward(tape.data(r.raw) + at, tape.data(r.parameters) + at, dy + at, r.layout,
                          r.activation, slot.data + at, !slot.fresh);
  }
}

// --- addressing -----------------------------------------------------------------------------------------------

struct AddressRecord {
  Var similarity, parameters, previous, weights;
  HeadLayout layout;
  std::size_t first_row, first_head, count, slots;
  const Real* content;  // w^c, [batch, count, slots]
  const Real* shifted;  // w̃
  const Real* logs;     // log max(w̃, smallest normal)
};

// The parameters of one head.
struct Head {
  Real key_strength, gate, sharpening;
  const Real* shift;
};

Head head_of(const Real* parameters, const HeadLayout& layout, std::size_t h) {
  return {parameters[layout.key_strength(h)], parameters[layout.gate(h)], parameters[layout.sharpening(h)],
          parameters + layout.shift(h)};
}

// `row` has n elements from `range` on; repeats them in front and behind, so that a circular shift by up to `range`
// is a plain one.
TAPEHEAD_INLINE void wrap(Real* row, std::size_t n, std::size_t range) {
  for (std::size_t j = 0; j < range; ++j) {
    row[range - 1 - j] = row[range + n - 1 - j];
    row[range + n + j] = row[range + j];
  }
}

TAPEHEAD_INLINE void interpolate(const Real* content, const Real* previous, Real gate, std::size_t n,
                                 Real* to) {
  const Vec g(gate);
  for_each_vector(n, [&](std::size_t i, auto at) {  // Eq. (7)
    const Vec old = at.load(previous + i);
    at.store(to + i, xsimd::fma(g, at.load(content + i) - old, old));
  });
}

TAPEHEAD_KERNEL void address_row(const Real* similarity, const Head& head, const Real* previous,
                                 std::size_t n, std::size_t range, Real* gated, Real* content, Real* shifted,
                                 Real* logs, Real* weights) {
  softmax_row(similarity, head.key_strength, n, content);  // Eq. (5)
  interpolate(content, previous, head.gate, n, gated + range);
  wrap(gated, n, range);
  const Vec smallest(std::numeric_limits<Real>::min());
  for_each_vector(n, [&](std::size_t i, auto at) {  // Eq. (8)
    Vec total(Real(0));
    for (std::size_t q = 0; q <= 2 * range; ++q) {
      total = xsimd::fma(Vec(head.shift[q]), at.load(gated + 2 * range - q + i), total);
    }
    at.store(shifted + i, total);
    // The comparison, unlike max, lets NaN through.
    at.store(logs + i, log(xsimd::select(total < smallest, smallest, total)));
  });
  softmax_row(logs, head.sharpening, n, weights);  // Eq. (9)
}

struct HeadGradient {
  Real key_strength, gate, sharpening;
};

// d_gated and d_shifted are scratch rows of n + 2 · range; d_previous is added to unless nullptr.
TAPEHEAD_KERNEL HeadGradient address_row_backward(const Real* similarity, const Head& head,
                                                  const Real* previous, const Real* content,
                                                  const Real* shifted, const Real* logs, const Real* weights,
                                                  const Real* d_weights, std::size_t n, std::size_t range,
                                                  Real* gated, Real* d_shifted, Real* d_similarity,
                                                  Real* d_previous, Real* d_shift) {
  const Vec zero(Real(0)), smallest(std::numeric_limits<Real>::min());
  HeadGradient result{};
  // Eq. (9). Where w̃ is zero the derivative is zero too (γ > 1), and so is that by γ (0 log 0 = 0).
  const Vec mean(dot_row(weights, d_weights, n)), gamma(head.sharpening);
  Vec by_gamma(zero);
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec by_log = at.load(weights + i) * (at.load(d_weights + i) - mean);
    by_gamma = xsimd::fma(by_log, at.load(logs + i), by_gamma);
    const Vec w = at.load(shifted + i);
    at.store(d_shifted + range + i, xsimd::select(w < smallest, zero, gamma * by_log / w));
  });
  result.sharpening = sum(by_gamma);
  // Eq. (8): correlation instead of convolution.
  wrap(d_shifted, n, range);
  interpolate(content, previous, head.gate, n, gated + range);
  wrap(gated, n, range);
  for (std::size_t q = 0; q <= 2 * range; ++q)
    d_shift[q] += dot_row(d_shifted + range, gated + 2 * range - q, n);
  // Eq. (7), and the argument of the softmax of eq. (5) on the way.
  const Vec gate(head.gate), rest(1 - head.gate);
  Vec by_gate(zero), mean_content(zero);
  for_each_vector(n, [&](std::size_t i, auto at) {
    Vec d(zero);
    for (std::size_t q = 0; q <= 2 * range; ++q) {
      d = xsimd::fma(Vec(head.shift[q]), at.load(d_shifted + q + i), d);
    }
    const Vec c = at.load(content + i);
    by_gate = xsimd::fma(d, c - at.load(previous + i), by_gate);
    if (d_previous != nullptr) {
      at.store(d_previous + i, xsimd::fma(rest, d, at.load(d_previous + i)));
    }
    const Vec d_content = gate * d;
    mean_content = xsimd::fma(c, d_content, mean_content);
    at.store(gated + i, d_content);  // w^g is not needed any more
  });
  result.gate = sum(by_gate);
  // Eq. (5).
  const Vec content_mean(sum(mean_content)), strength(head.key_strength);
  Vec by_strength(zero);
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec d = at.load(content + i) * (at.load(gated + i) - content_mean);
    by_strength = xsimd::fma(d, at.load(similarity + i), by_strength);
    if (d_similarity != nullptr) {
      at.store(d_similarity + i, xsimd::fma(strength, d, at.load(d_similarity + i)));
    }
  });
  result.key_strength = sum(by_strength);
  return result;
}

void address_backward(Tape& tape, const AddressRecord& r) {
  const Real* const d_weights = tape.output_gradient(r.weights);
  if (d_weights == nullptr) return;
  const std::size_t n = r.slots, range = r.layout.shift_range, columns = r.layout.columns();
  const std::size_t batch = tape.shape(r.weights)[0], scored = tape.shape(r.similarity)[1];
  Real* const d_similarity = tape.zeroed_input_gradient(r.similarity);
  Real* const d_parameters = tape.zeroed_input_gradient(r.parameters);
  Real* const d_previous = tape.zeroed_input_gradient(r.previous);
  Real* const gated = tape.scratch(n + 2 * range);
  Real* const d_shifted = tape.scratch(n + 2 * range);
  Real* const unwanted = tape.scratch(r.layout.shifts());
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t h = 0; h < r.count; ++h) {
      const std::size_t head = r.first_head + h, at = (b * r.count + h) * n;
      const std::size_t row = (b * scored + r.first_row + h) * n;
      Real* const d_row = d_parameters != nullptr ? d_parameters + b * columns : nullptr;
      const HeadGradient d = address_row_backward(
          tape.data(r.similarity) + row, head_of(tape.data(r.parameters) + b * columns, r.layout, head),
          tape.data(r.previous) + at, r.content + at, r.shifted + at, r.logs + at, tape.data(r.weights) + at,
          d_weights + at, n, range, gated, d_shifted, d_similarity != nullptr ? d_similarity + row : nullptr,
          d_previous != nullptr ? d_previous + at : nullptr,
          d_row != nullptr ? d_row + r.layout.shift(head) : unwanted);
      if (d_row == nullptr) continue;
      d_row[r.layout.key_strength(head)] += d.key_strength;
      d_row[r.layout.gate(head)] += d.gate;
      d_row[r.layout.sharpening(head)] += d.sharpening;
    }
  }
}

}  // namespace

Var activate_heads(Tape& tape, Var raw, const HeadLayout& layout, KeyActivation activation) {
  const std::size_t columns = layout.columns();
  expect_shape("activate_heads", "raw", tape.shape(raw), {tape.shape(raw)[0], columns});
  const Var parameters = tape.output(tape.shape(raw), {raw});
  for (std::size_t at = 0; at < tape.shape(raw).size(); at += columns) {
    activate_row(tape.data(raw) + at, layout, activation, tape.mutable_data(parameters) + at);
  }
  tape.node<activate_heads_backward>(ActivationRecord{raw, parameters, layout, activation}, parameters);
  return parameters;
}

Var address(Tape& tape, Var similarity, std::size_t first_row, Var parameters, const HeadLayout& layout,
            std::size_t first_head, std::size_t count, Var previous) {
  const Shape scores = tape.shape(similarity);
  const std::size_t batch = scores[0], scored = scores[1], n = scores.back(), columns = layout.columns();
  const std::size_t range = layout.shift_range;
  expect_shape("address", "similarity", scores, {batch, std::max(scored, first_row + count), n});
  expect_shape("address", "parameters", tape.shape(parameters), {batch, columns});
  expect_shape("address", "previous weights", tape.shape(previous), {batch, count, n});
  if (layout.shifts() > n) throw_shape_error("address", "shift distribution", {layout.shifts()}, {n});
  Real* const content = tape.arena().reals(batch * count * n);
  Real* const shifted = tape.arena().reals(batch * count * n);
  Real* const logs = tape.arena().reals(batch * count * n);
  Real* const gated = tape.arena().reals(n + 2 * range);
  const Var weights = tape.output({batch, count, n}, {similarity, parameters, previous});
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t h = 0; h < count; ++h) {
      const std::size_t at = (b * count + h) * n;
      address_row(tape.data(similarity) + (b * scored + first_row + h) * n,
                  head_of(tape.data(parameters) + b * columns, layout, first_head + h),
                  tape.data(previous) + at, n, range, gated, content + at, shifted + at, logs + at,
                  tape.mutable_data(weights) + at);
    }
  }
  tape.node<address_backward>(AddressRecord{similarity, parameters, previous, weights, layout, first_row,
                                            first_head, count, n, content, shifted, logs},
                              weights);
  return weights;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
