// A small network of all fused ops, for comparing what they give in float and in double.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/losses.hpp"
#include "framework/nn/lstm.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Runs linear, lstm_step, lstm_sequence, softmax and both losses over three steps of a batch of 3, forward and
/// backward. Returns, as double whatever Real is: the outputs, the losses, then the gradients of all leaves; each
/// its own list.
inline std::vector<std::vector<double>> run_fused_network() {
  constexpr std::size_t kBatch = 3, kUnits = 17, kInputs = 5, kSteps = 3;
  const std::array<Shape, 5> shapes = {Shape{kInputs + kUnits + 1, 4 * kUnits}, Shape{kUnits + 1, 4 * kUnits},
                                       Shape{kUnits, 4 * kUnits}, Shape{kBatch, kUnits},
                                       Shape{kBatch, kInputs}};
  std::vector<std::vector<Real>> values, gradients;
  std::vector<Leaf> leaves;
  for (std::size_t leaf = 0; leaf < shapes.size(); ++leaf) {
    values.emplace_back();
    for (std::size_t i = 0; i < shapes[leaf].size(); ++i) {
      values.back().push_back(
          static_cast<Real>(0.4 * std::sin(0.7 * static_cast<double>(i * (leaf + 2) + 1))));
    }
    gradients.emplace_back(shapes[leaf].size());
    leaves.push_back({values.back().data(), gradients.back().data(), shapes[leaf]});
  }

  Tape tape;
  tape.reset(leaves);
  LstmState state{Var{3}, Var{3}};
  std::vector<Var> hidden;
  for (std::size_t t = 0; t < kSteps; ++t) {
    const Var parts[] = {state.hidden, Var{4}};
    state = lstm_step(tape, Var{0}, parts, state.cell);
    hidden.push_back(state.hidden);
  }
  const Var below[] = {stack_steps(tape, hidden, 1)};
  const Var upper = lstm_sequence(tape, linear(tape, Var{1}, below), Var{2}, {Var{3}, state.cell});
  const Var probabilities = softmax(tape, upper);
  std::vector<Real> targets(kSteps * kBatch * kUnits, 0);
  for (std::size_t row = 0; row < kSteps * kBatch; ++row) targets[row * kUnits + row * 5 % kUnits] = 1;
  const std::vector<Real> mask(kSteps * kBatch, 1);
  const Var bits = bits_loss(tape, upper, targets, mask),
            classes = class_loss(tape, probabilities, targets, mask);
  tape.backward(add(tape, bits, classes));

  std::vector<std::vector<double>> all;
  for (const Var v : {upper, probabilities, bits, classes})
    all.emplace_back(tape.value(v).begin(), tape.value(v).end());
  for (const std::vector<Real>& gradient : gradients) all.emplace_back(gradient.begin(), gradient.end());
  return all;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
