#include "framework/nn/losses.hpp"

#include <numbers>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/reduce.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/nn/losses_cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

// The loss and its gradient in the logits.
template <class Loss>
std::vector<Real> value_and_gradient(const testing::LossData& d, Loss loss) {
  testing::Leaves leaves({{{d.rows, d.columns}, d.logits}});
  Tape tape;
  tape.reset(leaves.all());
  const Var y = loss(tape, Var{0});
  tape.backward(y);
  std::vector<Real> all = leaves.gradient(0);
  all.push_back(tape.value(y)[0]);
  return all;
}

}  // namespace

TEST_CASE("in double losses are those of their definitions", "[losses]") { testing::check_loss_values(); }

TEST_CASE("losses are what generic ops make, values and gradients", "[losses]") {
  for (const std::size_t columns : {1U, 7U, 16U, 17U, 33U}) {
    INFO(columns << " columns");
    const testing::LossData d(5, columns);
    const auto masked = [&](Tape& tape, Var costs) {
      return sum(tape, multiply(tape, costs, tape.constant(d.mask, {d.rows, 1})));
    };
    const auto composed_bits = [&](Tape& tape, Var x) {
      const Var hit = multiply(tape, x, tape.constant(d.bits, {d.rows, d.columns}));
      return masked(tape, affine(tape, subtract(tape, softplus(tape, x), hit), std::numbers::log2e, 0));
    };
    const auto composed_classes = [&](Tape& tape, Var x) {
      const Var p = multiply(tape, softmax(tape, x), tape.constant(d.classes, {d.rows, d.columns}));
      return masked(tape, affine(tape, log(tape, sum(tape, p, 1)), -1, 0));
    };
    const auto bits = [&](Tape& tape, Var x) { return bits_loss(tape, x, d.bits, d.mask); };
    const auto classes = [&](Tape& tape, Var x) { return class_loss(tape, x, d.classes, d.mask); };
    CHECK_THAT(value_and_gradient(d, bits), testing::close_to(value_and_gradient(d, composed_bits), 1e-12));
    if (columns > 1) {  // one class of one costs nothing
      CHECK_THAT(value_and_gradient(d, classes),
                 testing::close_to(value_and_gradient(d, composed_classes), 1e-12));
    }
  }
}

TEST_CASE("losses have the gradient of central differences, also beside other uses of the logits",
          "[losses][gradient]") {
  for (const std::size_t columns : {7U, 16U, 17U, 33U}) {
    const testing::LossData d(4, columns);
    CHECK(check_gradients({{4, columns}}, [&](Tape& tape, Inputs in) {
            return std::vector<Var>{bits_loss(tape, in[0], d.bits, d.mask), tanh(tape, in[0])};
          }) < 1e-8);
    CHECK(check_gradients({{4, columns}}, [&](Tape& tape, Inputs in) {
            return std::vector<Var>{class_loss(tape, in[0], d.classes, d.mask), tanh(tape, in[0])};
          }) < 1e-8);
  }
}
