#include "framework/nn/losses.hpp"

#include <cmath>
#include <numbers>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

struct Record {
  Var logits, loss;
  const Real* targets;
  const Real* mask;
  const Real* probabilities;  // of the classes
};

constexpr double kBitsPerNat = std::numbers::log2e;

TAPEHEAD_KERNEL double bits_row(const Real* logits, const Real* targets, std::size_t n) {
  Vec total(Real(0));
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec x = at.load(logits + i);
    total += at.keep(softplus(x) - x * at.load(targets + i), Real(0));
  });
  return static_cast<double>(sum(total)) * kBitsPerNat;
}

TAPEHEAD_KERNEL void bits_row_backward(const Real* logits, const Real* targets, std::size_t n, Real factor,
                                       Real* to) {
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec error = sigmoid(at.load(logits + i)) - at.load(targets + i);
    at.store(to + i, xsimd::fma(Vec(factor), error, at.load(to + i)));
  });
}

void bits_loss_backward(Tape& tape, const Record& r) {
  const Real* const d_loss = tape.output_gradient(r.loss);
  Real* const d_logits = d_loss != nullptr ? tape.zeroed_input_gradient(r.logits) : nullptr;
  if (d_logits == nullptr) return;
  const std::size_t n = tape.shape(r.logits).back();
  for (std::size_t row = 0; row < tape.shape(r.logits).rows(); ++row) {
    if (r.mask[row] == 0) continue;
    bits_row_backward(tape.data(r.logits) + row * n, r.targets + row * n, n,
                      *d_loss * r.mask[row] * static_cast<Real>(kBitsPerNat), d_logits + row * n);
  }
}

void class_loss_backward(Tape& tape, const Record& r) {
  const Real* const d_loss = tape.output_gradient(r.loss);
  Real* const d_logits = d_loss != nullptr ? tape.zeroed_input_gradient(r.logits) : nullptr;
  if (d_logits == nullptr) return;
  const std::size_t n = tape.shape(r.logits).back();
  for (std::size_t i = 0; i < tape.shape(r.logits).size(); ++i) {
    if (r.mask[i / n] != 0) d_logits[i] += *d_loss * r.mask[i / n] * (r.probabilities[i] - r.targets[i]);
  }
}

void expect_rows(const char* where, const Shape& logits, std::span<const Real> targets,
                 std::span<const Real> mask) {
  expect_shape(where, "targets", {targets.size()}, {logits.size()});
  expect_shape(where, "mask", {mask.size()}, {logits.rows()});
}

}  // namespace

Var bits_loss(Tape& tape, Var logits, std::span<const Real> targets, std::span<const Real> mask) {
  const Shape shape = tape.shape(logits);
  expect_rows("bits_loss", shape, targets, mask);
  const Var loss = tape.output({}, {logits});
  double total = 0;
  for (std::size_t row = 0; row < shape.rows(); ++row) {
    if (mask[row] == 0) continue;
    const std::size_t at = row * shape.back();
    total +=
        static_cast<double>(mask[row]) * bits_row(tape.data(logits) + at, targets.data() + at, shape.back());
  }
  *tape.mutable_data(loss) = static_cast<Real>(total);
  tape.node<bits_loss_backward>(Record{logits, loss, targets.data(), mask.data(), nullptr}, loss);
  return loss;
}

Var class_loss(Tape& tape, Var logits, std::span<const Real> targets, std::span<const Real> mask) {
  const Shape shape = tape.shape(logits);
  expect_rows("class_loss", shape, targets, mask);
  const std::size_t n = shape.back();
  Real* const probabilities = tape.arena().reals(shape.size());
  const Var loss = tape.output({}, {logits});
  double total = 0;
  for (std::size_t row = 0; row < shape.rows(); ++row) {
    if (mask[row] == 0) continue;
    const Real* const x = tape.data(logits) + row * n;
    softmax_row(x, 1, n, probabilities + row * n);
    Real highest = x[0];
    for (std::size_t i = 1; i < n; ++i) highest = x[i] > highest ? x[i] : highest;
    double others = 0, target = 0;
    for (std::size_t i = 0; i < n; ++i) {
      others += std::exp(static_cast<double>(x[i] - highest));
      target += static_cast<double>(targets[row * n + i]) * static_cast<double>(x[i] - highest);
    }
    total += static_cast<double>(mask[row]) * (std::log(others) - target);
  }
  *tape.mutable_data(loss) = static_cast<Real>(total);
  tape.node<class_loss_backward>(Record{logits, loss, targets.data(), mask.data(), probabilities}, loss);
  return loss;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
