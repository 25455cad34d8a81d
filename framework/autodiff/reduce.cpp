#include "framework/autodiff/reduce.hpp"

#include <string>

#include "framework/tensor/error.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

struct SumRecord {  // x seen as [outer, reduced, inner]
  Var x, y;
  std::size_t outer, reduced, inner;
};

void sum_backward(Tape& tape, const SumRecord& r) {
  const Real* const dy = tape.output_gradient(r.y);
  Real* const dx = dy != nullptr ? tape.zeroed_input_gradient(r.x) : nullptr;
  if (dx == nullptr) return;
  for (std::size_t i = 0; i < r.outer; ++i) {
    for (std::size_t j = 0; j < r.reduced; ++j) {
      for (std::size_t k = 0; k < r.inner; ++k) dx[(i * r.reduced + j) * r.inner + k] += dy[i * r.inner + k];
    }
  }
}

Var sum_over(Tape& tape, Var x, const Shape& result, std::size_t outer, std::size_t reduced,
             std::size_t inner) {
  const Var y = tape.output(result, {x});
  const Real* const from = tape.data(x);
  Real* const to = tape.mutable_data(y);
  for (std::size_t i = 0; i < outer; ++i) {
    for (std::size_t k = 0; k < inner; ++k) to[i * inner + k] = 0;
    for (std::size_t j = 0; j < reduced; ++j) {
      for (std::size_t k = 0; k < inner; ++k) to[i * inner + k] += from[(i * reduced + j) * inner + k];
    }
  }
  tape.node<sum_backward>(SumRecord{x, y, outer, reduced, inner}, y);
  return y;
}

struct SoftmaxRecord {
  Var x, y;
};

void softmax_backward(Tape& tape, const SoftmaxRecord& r) {
  const Real* const dy = tape.output_gradient(r.y);
  const GradientSlot slot = dy != nullptr ? tape.input_gradient(r.x) : GradientSlot{};
  if (!slot) return;
  const std::size_t n = tape.shape(r.y).back();
  for (std::size_t row = 0; row < tape.shape(r.y).rows(); ++row) {
    softmax_row_backward(tape.data(r.y) + row * n, dy + row * n, n, slot.data + row * n, !slot.fresh);
  }
}

}  // namespace

Var sum(Tape& tape, Var x) { return sum_over(tape, x, {}, 1, tape.shape(x).size(), 1); }

Var sum(Tape& tape, Var x, std::size_t axis) {
  const Shape shape = tape.shape(x);
  if (axis >= shape.rank()) {
    throw ShapeError("sum: there is no axis " + std::to_string(axis) + " in shape " + to_string(shape));
  }
  Shape result = shape;
  result[axis] = 1;
  std::size_t outer = 1, inner = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  return sum_over(tape, x, result, outer, shape[axis], inner);
}

Var softmax(Tape& tape, Var x) {
  const Var y = tape.output(tape.shape(x), {x});
  const std::size_t n = tape.shape(x).back();
  for (std::size_t row = 0; row < tape.shape(x).rows(); ++row) {
    softmax_row(tape.data(x) + row * n, 1, n, tape.mutable_data(y) + row * n);
  }
  tape.node<softmax_backward>(SoftmaxRecord{x, y}, y);
  return y;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
