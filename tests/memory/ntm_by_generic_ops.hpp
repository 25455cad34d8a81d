// The NTM's mechanisms once more, composed of generic ops, one line an equation: what the fused ones must agree with.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 3. Arguments as those of the fused ops.
#pragma once

#include <vector>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/memory/ntm_heads.hpp"
#include "framework/memory/read_write.hpp"
#include "framework/memory/similarity.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::generic {

/// Columns [first, first + heads · width) as [batch, heads, width].
inline Var vectors(Tape& tape, Var parameters, std::size_t first, std::size_t heads, std::size_t width) {
  return reshape(tape, slice(tape, parameters, first, heads * width),
                 {tape.shape(parameters)[0], heads, width});
}

/// Row `head` of [batch, heads, n] as [batch, n].
inline Var row(Tape& tape, Var x, std::size_t head) {
  const Shape shape = tape.shape(x);
  return slice(tape, reshape(tape, x, {shape[0], shape[1] * shape[2]}), head * shape[2], shape[2]);
}

inline Var activate_heads(Tape& tape, Var raw, const HeadLayout& layout, KeyActivation activation) {
  const auto columns = [&](std::size_t first, std::size_t last) {
    return slice(tape, raw, first, last - first);
  };
  const Var linear = columns(layout.key(), layout.key_strength());
  std::vector<Var> parts = {activation == KeyActivation::tanh ? tanh(tape, linear) : linear,
                            softplus(tape, columns(layout.key_strength(), layout.sharpening())),
                            affine(tape, softplus(tape, columns(layout.sharpening(), layout.gate())), 1, 1),
                            sigmoid(tape, columns(layout.gate(), layout.shift()))};
  for (std::size_t h = 0; h < layout.heads(); ++h) {
    parts.push_back(softmax(tape, slice(tape, raw, layout.shift(h), layout.shifts())));
  }
  return concat(tape, parts);
}

inline Var similarity(Tape& tape, Var memory, const MemoryShape& shape, Var parameters, std::size_t first_key,
                      std::size_t heads, const SimilarityEpsilon& epsilon) {
  const Var slots = slice(tape, memory, 0, shape.slots);                      // [batch, width, slots]
  const Var keys = vectors(tape, parameters, first_key, heads, shape.width);  // [batch, heads, width]
  const auto norm = [&](Var x, std::size_t axis) {
    return sqrt(tape, affine(tape, sum(tape, multiply(tape, x, x), axis), 1, epsilon.in_norm));
  };
  const Var norms = multiply(tape, norm(keys, 2), norm(slots, 1));
  return divide(tape, matmul(tape, keys, slots), affine(tape, norms, 1, epsilon.added));  // Eq. (6)
}

inline Var address(Tape& tape, Var similarity, std::size_t first_row, Var parameters,
                   const HeadLayout& layout, std::size_t first_head, std::size_t count, Var previous) {
  std::vector<Var> heads;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t h = first_head + i;
    const auto scalar = [&](std::size_t column) { return slice(tape, parameters, column, 1); };
    const Var scores = row(tape, similarity, first_row + i);
    const Var content = softmax(tape, multiply(tape, scalar(layout.key_strength(h)), scores));  // Eq. (5)
    const Var gate = scalar(layout.gate(h));
    const Var gated = add(tape, multiply(tape, gate, content),
                          multiply(tape, affine(tape, gate, -1, 1), row(tape, previous, i)));  // Eq. (7)
    Var shifted;
    for (std::size_t q = 0; q < layout.shifts(); ++q) {  // Eq. (8)
      const std::ptrdiff_t by =
          static_cast<std::ptrdiff_t>(q) - static_cast<std::ptrdiff_t>(layout.shift_range);
      const Var part = multiply(tape, scalar(layout.shift(h) + q), roll(tape, gated, by));
      shifted = q == 0 ? part : add(tape, shifted, part);
    }
    const Var powers = exp(tape, multiply(tape, scalar(layout.sharpening(h)), log(tape, shifted)));
    heads.push_back(divide(tape, powers, sum(tape, powers, 1)));  // Eq. (9)
  }
  return reshape(tape, concat(tape, heads), tape.shape(previous));
}

inline Var read_slots(Tape& tape, Var memory, const MemoryShape& shape, Var weights) {
  const Var slots = transpose(tape, slice(tape, memory, 0, shape.slots));  // [batch, slots, width]
  const Shape of_weights = tape.shape(weights);
  return reshape(tape, matmul(tape, weights, slots),
                 {of_weights[0], of_weights[1] * shape.width});  // Eq. (2)
}

inline Var erase_add(Tape& tape, Var memory, const MemoryShape& shape, const EraseAdd& write) {
  const std::size_t batch = tape.shape(memory)[0], heads = tape.shape(write.weights)[1];
  const auto of_head = [&](std::size_t first, std::size_t h) {
    return reshape(tape, slice(tape, write.parameters, first + h * shape.width, shape.width),
                   {batch, shape.width, 1});
  };
  const auto weights = [&](std::size_t h) {
    return reshape(tape, row(tape, write.weights, h), {batch, 1, shape.slots});
  };
  Var slots = slice(tape, memory, 0, shape.slots);  // [batch, width, slots]
  for (std::size_t h = 0; h < heads; ++h) {         // Eq. (3)
    const Var erased = matmul(tape, of_head(write.first_erase, h), weights(h));
    slots = multiply(tape, slots, affine(tape, erased, -1, 1));
  }
  for (std::size_t h = 0; h < heads; ++h) {  // Eq. (4)
    slots = add(tape, slots, matmul(tape, of_head(write.first_add, h), weights(h)));
  }
  return pad(tape, slots, shape.stride());
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::generic
