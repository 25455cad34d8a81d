// Two ways to compute the same thing, compared in values and gradients.
#pragma once

#include <functional>
#include <vector>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/tape.hpp"
#include "framework/tensor/random.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// An input of a function under test.
struct TestTensor {
  Shape shape;
  std::vector<Real> values;
};

/// Normal with mean 0.
inline TestTensor normal_tensor(Draws& draws, const Shape& shape, double deviation = 1) {
  TestTensor tensor{shape, {}};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    tensor.values.push_back(static_cast<Real>(deviation * draws.normal()));
  }
  return tensor;
}

/// Rows that are distributions.
inline TestTensor distributions(Draws& draws, const Shape& shape) {
  TestTensor tensor{shape, {}};
  for (std::size_t row = 0; row < shape.rows(); ++row) {
    std::vector<double> weights;
    double total = 0;
    for (std::size_t i = 0; i < shape.back(); ++i) total += weights.emplace_back(draws.uniform() + 0.01);
    for (const double weight : weights) tensor.values.push_back(static_cast<Real>(weight / total));
  }
  return tensor;
}

using TestFunction = std::function<std::vector<Var>(Tape&, std::span<const Var>)>;

struct Evaluated {
  std::vector<std::vector<double>> outputs,
      gradients;  // gradients of a fixed random contraction of all outputs
};

inline Evaluated evaluate(std::vector<TestTensor> inputs, const TestFunction& f) {
  std::vector<std::vector<Real>> gradients;
  for (const TestTensor& input : inputs) gradients.emplace_back(input.values.size());
  std::vector<Leaf> leaves;
  std::vector<Var> vars;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    vars.push_back(Var{static_cast<std::uint32_t>(i)});
    leaves.push_back({inputs[i].values.data(), gradients[i].data(), inputs[i].shape});
  }
  Tape tape;
  tape.reset(leaves);
  Evaluated result;
  Draws draws = RandomStream(1, "cotangents").draws();
  Var loss;
  for (const Var output : f(tape, vars)) {
    const auto values = tape.value(output);
    result.outputs.emplace_back(values.begin(), values.end());
    const TestTensor cotangent = normal_tensor(draws, tape.shape(output));
    const Var part = sum(tape, multiply(tape, output, tape.constant(cotangent.values, cotangent.shape)));
    loss = loss.valid() ? add(tape, loss, part) : part;
  }
  tape.backward(loss);
  for (const auto& gradient : gradients) result.gradients.emplace_back(gradient.begin(), gradient.end());
  return result;
}

/// Checks that both give the same outputs and the same gradients, to `tolerance` of a tensor's largest magnitude.
inline void check_same(const std::vector<TestTensor>& inputs, const TestFunction& actual,
                       const TestFunction& expected, double tolerance) {
  const Evaluated a = evaluate(inputs, actual), e = evaluate(inputs, expected);
  REQUIRE(a.outputs.size() == e.outputs.size());
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    INFO("output " << i);
    CHECK_THAT(a.outputs[i], testing::close_to(e.outputs[i], tolerance));
  }
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    INFO("gradient of input " << i);
    CHECK_THAT(a.gradients[i], testing::close_to(e.gradients[i], tolerance));
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
