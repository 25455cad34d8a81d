#include "framework/autodiff/products.hpp"

#include <algorithm>

#include "framework/autodiff/staged_products.hpp"
#include "framework/tensor/blas_kernel.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

struct MatmulRecord {
  Var a, b, y;
  std::size_t matrices, m, k, n;
};

void matmul_backward(Tape& tape, const MatmulRecord& r) {
  const Real* const dy = tape.output_gradient(r.y);
  if (dy == nullptr) return;
  if (Real* const da = tape.zeroed_input_gradient(r.a)) {
    for (std::size_t i = 0; i < r.matrices; ++i) {
      blas_matmul({dy + i * r.m * r.n, r.m, r.n, r.n}, false, {tape.data(r.b) + i * r.k * r.n, r.k, r.n, r.n},
                  true, {da + i * r.m * r.k, r.m, r.k, r.k}, Into::add);
    }
  }
  if (Real* const db = tape.zeroed_input_gradient(r.b)) {
    for (std::size_t i = 0; i < r.matrices; ++i) {
      blas_matmul({tape.data(r.a) + i * r.m * r.k, r.m, r.k, r.k}, true, {dy + i * r.m * r.n, r.m, r.n, r.n},
                  false, {db + i * r.k * r.n, r.k, r.n, r.n}, Into::add);
    }
  }
}

struct LinearRecord {
  StagedUse use;
  Var y;
};

void linear_backward(Tape& tape, const LinearRecord& r) {
  if (tape.output_gradient(r.y) == nullptr) {  // staged rows must not stay undefined
    std::fill_n(r.use.result_gradient, r.use.rows * r.use.columns, Real(0));
    return;
  }
  tape.staged().propagate(tape, r.use);
}

}  // namespace

Var matmul(Tape& tape, Var a, Var b) {
  const Shape &left = tape.shape(a), &right = tape.shape(b);
  const std::size_t rank = left.rank();
  if (rank < 2 || right.rank() != rank) throw_shape_error("matmul", "right factor", right, left);
  MatmulRecord r{a, b, {}, 1, left[rank - 2], left.back(), right.back()};
  Shape expected = left;
  expected[rank - 2] = r.k;
  expected[rank - 1] = r.n;
  expect_shape("matmul", "right factor", right, expected);
  Shape result = left;
  result[rank - 1] = r.n;
  for (std::size_t axis = 0; axis + 2 < rank; ++axis) r.matrices *= left[axis];
  r.y = tape.output(result, {a, b});
  for (std::size_t i = 0; i < r.matrices; ++i) {
    blas_matmul({tape.data(a) + i * r.m * r.k, r.m, r.k, r.k}, false,
                {tape.data(b) + i * r.k * r.n, r.k, r.n, r.n}, false,
                {tape.mutable_data(r.y) + i * r.m * r.n, r.m, r.n, r.n});
  }
  tape.node<matmul_backward>(r, r.y);
  return r.y;
}

Var linear(Tape& tape, Var weight, std::span<const Var> parts, bool bias) {
  const StagedUse use = tape.staged().gather(tape, "linear", weight, parts, bias);
  const Shape shape{use.rows, use.columns};
  const Var y =
      tape.recording() ? tape.output_with_gradient(shape, use.result_gradient) : tape.output(shape, false);
  StagedProducts::multiply(tape, use, tape.mutable_data(y));
  tape.node<linear_backward>(LinearRecord{use, y}, y);
  return y;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
