#include "framework/memory/similarity.hpp"

#include <algorithm>
#include <cmath>

#include "framework/memory/lane_sums.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

struct Record {
  Var memory, parameters, scores;
  MemoryShape shape;
  std::size_t first_key, heads;
  SimilarityEpsilon epsilon;
  const Real* norms;      // √(|M(i)|² + a) [batch, stride]
  const Real* key_norms;  // √(|k|² + a) [batch, heads]
};

// Heads of one example that are scored in one pass over the memory; more take several passes.
constexpr std::size_t kHeadsAtOnce = 4;

// Scores of Heads heads of one example; with `norms`, the norms of the slots too. Eq. (6).
template <std::size_t Heads, bool WithNorms>
TAPEHEAD_KERNEL void forward_example(const Real* memory, const MemoryShape& shape, const Real* keys,
                                     const Real* key_norms, const SimilarityEpsilon& epsilon, Real* norms,
                                     Real* scores) {
  const std::size_t n = shape.slots, stride = shape.stride();
  for_each_vector(n, [&](std::size_t i, auto at) {
    Vec square(epsilon.in_norm);
    Vec dot[Heads];
    for (std::size_t h = 0; h < Heads; ++h) dot[h] = Vec(Real(0));
    for (std::size_t d = 0; d < shape.width; ++d) {
      const Vec m = load(memory + d * stride + i);
      if constexpr (WithNorms) square = xsimd::fma(m, m, square);
      for (std::size_t h = 0; h < Heads; ++h) dot[h] = xsimd::fma(Vec(keys[h * shape.width + d]), m, dot[h]);
    }
    if constexpr (WithNorms) store(norms + i, xsimd::sqrt(square));
    const Vec norm = load(norms + i);
    for (std::size_t h = 0; h < Heads; ++h) {
      at.store(scores + h * n + i, dot[h] / xsimd::fma(Vec(key_norms[h]), norm, Vec(epsilon.added)));
    }
  });
}

// With D = |u| |v| + b and s = u·v / D:  ∂s/∂v = u / D - s (|u| / D) v / |v|, and the same with u and v exchanged.
// `through_norm` [stride] collects the factor of M(i), `through_key` [heads, stride] that of k.
template <std::size_t Heads>
TAPEHEAD_KERNEL void similarity_backward_example(const Real* memory, const MemoryShape& shape,
                                                 const Real* keys, const Real* key_norms, const Real* norms,
                                                 const SimilarityEpsilon& epsilon, const Real* scores,
                                                 const Real* d_scores, Real* through_norm, Real* through_key,
                                                 Real* d_memory, bool add, Real* d_keys) {
  const std::size_t n = shape.slots, stride = shape.stride();
  Vec d_key_norm[Heads];
  for (std::size_t h = 0; h < Heads; ++h) d_key_norm[h] = Vec(Real(0));
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec norm = load(norms + i);
    Vec by_norm(Real(0));
    for (std::size_t h = 0; h < Heads; ++h) {
      const Vec key_norm(key_norms[h]);
      const Vec by_dot = at.load(d_scores + h * n + i) / xsimd::fma(key_norm, norm, Vec(epsilon.added));
      const Vec both = by_dot * at.load(scores + h * n + i);
      by_norm -= both * key_norm;
      d_key_norm[h] -= at.keep(both * norm, Real(0));
      store(through_key + h * stride + i, at.keep(by_dot, Real(0)));
    }
    store(through_norm + i, at.keep(by_norm / norm, Real(0)));
  });
  LaneSums sums;
  for (std::size_t d = 0; d < shape.width; ++d) {
    Vec key_sum[Heads];
    for (std::size_t h = 0; h < Heads; ++h) key_sum[h] = Vec(Real(0));
    for_each_vector(n, [&](std::size_t i, auto) {
      const Vec m = load(memory + d * stride + i);
      Vec dm = m * load(through_norm + i);
      for (std::size_t h = 0; h < Heads; ++h) {
        const Vec by_dot = load(through_key + h * stride + i);
        dm = xsimd::fma(Vec(keys[h * shape.width + d]), by_dot, dm);
        key_sum[h] = xsimd::fma(m, by_dot, key_sum[h]);
      }
      if (d_memory != nullptr) {
        Real* const to = d_memory + d * stride + i;
        store(to, add ? load(to) + dm : dm);
      }
    });
    for (std::size_t h = 0; h < Heads; ++h) sums.push(key_sum[h], d_keys + h * shape.width + d);
  }
  sums.flush();
  for (std::size_t h = 0; h < Heads; ++h) {
    const Real factor = sum(d_key_norm[h]) / key_norms[h];
    for (std::size_t d = 0; d < shape.width; ++d) {
      d_keys[h * shape.width + d] += factor * keys[h * shape.width + d];
    }
  }
}

// Calls body.operator()<Heads>(first head) for groups of up to kHeadsAtOnce heads.
template <class Body>
void in_groups(std::size_t heads, Body&& body) {
  for (std::size_t first = 0; first < heads; first += kHeadsAtOnce) {
    switch (std::min(kHeadsAtOnce, heads - first)) {
      case 1:
        body.template operator()<1>(first);
        break;
      case 2:
        body.template operator()<2>(first);
        break;
      case 3:
        body.template operator()<3>(first);
        break;
      default:
        body.template operator()<4>(first);
    }
  }
}

void similarity_backward(Tape& tape, const Record& r) {
  const Real* const d_scores = tape.output_gradient(r.scores);
  if (d_scores == nullptr) return;
  const std::size_t batch = tape.shape(r.memory)[0], columns = tape.shape(r.parameters).back();
  const std::size_t n = r.shape.slots, stride = r.shape.stride(), size = r.shape.width * stride;
  const GradientSlot memory = tape.input_gradient(r.memory);
  Real* const parameters = tape.zeroed_input_gradient(r.parameters);
  Real* const through_norm = tape.scratch(stride * (1 + kHeadsAtOnce));
  Real* const unwanted = parameters == nullptr ? tape.scratch(r.heads * r.shape.width) : nullptr;
  for (std::size_t b = 0; b < batch; ++b) {
    in_groups(r.heads, [&]<std::size_t Heads>(std::size_t first) {
      const std::size_t key = r.first_key + first * r.shape.width, row = (b * r.heads + first) * n;
      Real* const d_keys = unwanted != nullptr ? unwanted : parameters + b * columns + key;
      if (unwanted != nullptr) std::fill_n(unwanted, Heads * r.shape.width, Real(0));
      similarity_backward_example<Heads>(
          tape.data(r.memory) + b * size, r.shape, tape.data(r.parameters) + b * columns + key,
          r.key_norms + b * r.heads + first, r.norms + b * stride, r.epsilon, tape.data(r.scores) + row,
          d_scores + row, through_norm, through_norm + stride, memory ? memory.data + b * size : nullptr,
          !memory.fresh || first > 0, d_keys);
    });
  }
}

}  // namespace

Var similarity(Tape& tape, Var memory, const MemoryShape& shape, Var parameters, std::size_t first_key,
               std::size_t heads, const SimilarityEpsilon& epsilon) {
  const std::size_t batch = tape.shape(memory)[0], columns = tape.shape(parameters).back();
  const std::size_t n = shape.slots, stride = shape.stride(), size = shape.width * stride;
  expect_shape("similarity", "memory", tape.shape(memory), {batch, shape.width, stride});
  expect_shape("similarity", "parameters", tape.shape(parameters), {batch, columns});
  if (first_key + heads * shape.width > columns) {
    throw_shape_error("similarity", "parameters", {batch, columns}, {batch, first_key + heads * shape.width});
  }
  Real* const norms = tape.arena().reals(batch * stride);
  Real* const key_norms = tape.arena().reals(batch * heads);
  const Var scores = tape.output({batch, heads, n}, {memory, parameters});
  for (std::size_t b = 0; b < batch; ++b) {
    const Real* const keys = tape.data(parameters) + b * columns + first_key;
    for (std::size_t h = 0; h < heads; ++h) {
      const Real* const key = keys + h * shape.width;
      key_norms[b * heads + h] = std::sqrt(dot_row(key, key, shape.width) + epsilon.in_norm);
    }
    in_groups(heads, [&]<std::size_t Heads>(std::size_t first) {
      const auto run = first == 0 ? forward_example<Heads, true> : forward_example<Heads, false>;
      run(tape.data(memory) + b * size, shape, keys + first * shape.width, key_norms + b * heads + first,
          epsilon, norms + b * stride, tape.mutable_data(scores) + (b * heads + first) * n);
    });
  }
  tape.node<similarity_backward>(
      Record{memory, parameters, scores, shape, first_key, heads, epsilon, norms, key_norms}, scores);
  return scores;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
