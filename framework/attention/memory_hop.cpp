#include "framework/attention/memory_hop.hpp"

#include <algorithm>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Record {
  Var query, input_memory, output_memory, output, weights;
  const std::uint32_t* starts;
  bool softmax;
};

// y = softmax(y) for the first `n` of `places` elements, with the others' scores 0 if they take part.
TAPEHEAD_INLINE void softmax_of_places(Real* y, std::size_t n, std::size_t places, EmptyPlaces empty) {
  const std::size_t scored = empty == EmptyPlaces::scored ? places : n;
  if (scored > 0) softmax_row(y, 1, scored, y);
}

TAPEHEAD_KERNEL void hop_forward(const Real* query, const Real* input, const Real* output, std::size_t n,
                                 std::size_t width, std::size_t places, EmptyPlaces empty, bool softmax,
                                 Real* weights, Real* result) {
  std::fill_n(weights, places, Real(0));
  for (std::size_t i = 0; i < n; ++i) weights[i] = dot_row(query, input + i * width, width);
  if (softmax) softmax_of_places(weights, n, places, empty);
  for_each_vector(width, [&](std::size_t k, auto at) {
    Vec total(Real(0));
    for (std::size_t i = 0; i < n; ++i)
      total = xsimd::fma(Vec(weights[i]), at.load(output + i * width + k), total);
    at.store(result + k, total);
  });
}

// to (+)= factor · from.
TAPEHEAD_INLINE void add_scaled(Real factor, const Real* from, std::size_t n, Real* to, bool add) {
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec v = Vec(factor) * at.load(from + i);
    at.store(to + i, add ? at.load(to + i) + v : v);
  });
}

// `d_weights` may be nullptr. Empty places have c = 0: nothing but d_weights reaches them from here.
TAPEHEAD_KERNEL void hop_backward(const Real* query, const Real* input, const Real* output,
                                  const Real* weights, std::size_t n, std::size_t width, std::size_t places,
                                  bool softmax, const Real* d_result, const Real* d_weights, Real* d_scores,
                                  Real* d_query, const GradientSlot& d_input, const GradientSlot& d_output) {
  if (d_weights != nullptr) {
    std::copy_n(d_weights, places, d_scores);
  } else {
    std::fill_n(d_scores, places, Real(0));
  }
  if (d_result != nullptr) {
    for (std::size_t i = 0; i < n; ++i) d_scores[i] += dot_row(d_result, output + i * width, width);
  }
  if (d_output) {
    for (std::size_t i = 0; i < n; ++i) {
      Real* const to = d_output.data + i * width;
      if (d_result != nullptr) {
        add_scaled(weights[i], d_result, width, to, !d_output.fresh);
      } else if (d_output.fresh) {
        std::fill_n(to, width, Real(0));
      }
    }
  }
  if (softmax) softmax_row_backward(weights, d_scores, places, d_scores, false);
  if (d_input) {
    for (std::size_t i = 0; i < n; ++i)
      add_scaled(d_scores[i], query, width, d_input.data + i * width, !d_input.fresh);
  }
  if (d_query == nullptr) return;
  for_each_vector(width, [&](std::size_t k, auto at) {
    Vec total = at.load(d_query + k);
    for (std::size_t i = 0; i < n; ++i)
      total = xsimd::fma(Vec(d_scores[i]), at.load(input + i * width + k), total);
    at.store(d_query + k, total);
  });
}

void memory_hop_backward(Tape& tape, const Record& r) {
  const Real* const d_output = tape.output_gradient(r.output);
  const Real* const d_weights = tape.output_gradient(r.weights);
  if (d_output == nullptr && d_weights == nullptr) return;
  const std::size_t batch = tape.shape(r.query)[0], width = tape.shape(r.query)[1];
  const std::size_t places = tape.shape(r.weights)[1];
  Real* const d_query = tape.zeroed_input_gradient(r.query);
  const GradientSlot output_memory = tape.input_gradient(r.output_memory);
  const GradientSlot input_memory = tape.input_gradient(r.input_memory);
  Real* const d_scores = tape.scratch(places);
  const auto from = [](const GradientSlot& slot, std::size_t first) {
    return GradientSlot{slot ? slot.data + first : nullptr, slot.fresh};
  };
  const auto row = [](auto* base, std::size_t index, std::size_t size) {
    return base != nullptr ? base + index * size : nullptr;
  };
  for (std::size_t b = 0; b < batch; ++b) {
    const std::size_t first = r.starts[b], at = first * width;
    hop_backward(tape.data(r.query) + b * width, tape.data(r.input_memory) + at,
                 tape.data(r.output_memory) + at, tape.data(r.weights) + b * places, r.starts[b + 1] - first,
                 width, places, r.softmax, row(d_output, b, width), row(d_weights, b, places), d_scores,
                 row(d_query, b, width), from(input_memory, at), from(output_memory, at));
  }
}

}  // namespace

MemoryHop memory_hop(Tape& tape, Var query, Var input_memory, Var output_memory, RowStarts starts,
                     std::size_t places, EmptyPlaces empty, bool softmax) {
  const std::size_t batch = tape.shape(query)[0], width = tape.shape(query).back();
  expect_shape("memory_hop", "query", tape.shape(query), {batch, width});
  expect_shape("memory_hop", "starts", {starts.size()}, {batch + 1});
  const std::size_t rows = starts[batch];
  expect_shape("memory_hop", "input_memory", tape.shape(input_memory), {rows, width});
  expect_shape("memory_hop", "output_memory", tape.shape(output_memory), {rows, width});
  const std::initializer_list<Var> inputs = {query, input_memory, output_memory};
  const Var output = tape.output({batch, width}, inputs);
  const Var weights = tape.output({batch, places}, inputs);
  for (std::size_t b = 0; b < batch; ++b) {
    const std::size_t first = starts[b], n = starts[b + 1] - first;
    if (n > places) throw_shape_error("memory_hop", "an example's rows", {n}, {places});
    hop_forward(tape.data(query) + b * width, tape.data(input_memory) + first * width,
                tape.data(output_memory) + first * width, n, width, places, empty, softmax,
                tape.mutable_data(weights) + b * places, tape.mutable_data(output) + b * width);
  }
  tape.node<memory_hop_backward>(
      Record{query, input_memory, output_memory, output, weights, starts.data(), softmax}, output, 2);
  return {output, weights};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
