// Weights used at many time steps: the staged products beside one matmul and add per step.
#include "framework/autodiff/staged_products.hpp"

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

// What linear() means, from ops that do not stage.
Var composed_linear(Tape& tape, Var weight, Inputs parts, bool bias) {
  std::vector<Var> all(parts.begin(), parts.end());
  const std::size_t rows = tape.shape(parts[0])[0];
  if (bias) all.push_back(tape.constant(std::vector<Real>(rows, 1), {rows, 1}));
  return matmul(tape, concat(tape, all), weight);
}

using Linear = Var (*)(Tape&, Var, Inputs, bool);

struct Network {
  std::size_t steps, batch;
  bool input_in_the_middle =
      false;                   // the constant input stands between the parts with gradient, not behind them
  bool skip_outputs = false;   // every third step's second output is never used
  bool freeze_second = false;  // the second weight has no gradient
};

constexpr std::size_t kInputs = 3, kState = 5, kOutputs = 17;

// A recurrent network of two weights: h' = tanh([h, s, x, 1] W), y = [h', h', x] V, s' = y's first columns; the loss
// is Σ c y². Returns the loss and all gradients.
std::vector<Real> run(const Network& n, Linear layer) {
  constexpr std::size_t kWidth = kState + 2 + kInputs + 1;
  testing::Leaves leaves({{{kWidth, kState}, testing::random_values(kWidth * kState, "W")},
                          {{2 * kState + kInputs, kOutputs},
                           testing::random_values((2 * kState + kInputs) * kOutputs, "V"),
                           !n.freeze_second},
                          {{n.batch, kState}, testing::random_values(n.batch * kState, "h")},
                          {{n.batch, 2}, testing::random_values(n.batch * 2, "s")}});
  Tape tape;
  tape.reset(leaves.all());
  Var hidden{2}, small{3};
  Var loss = tape.constant(std::vector<Real>{0}, {});
  for (std::size_t t = 0; t < n.steps; ++t) {
    const std::string step = std::to_string(t);
    const Var x = tape.constant(testing::random_values(n.batch * kInputs, "x" + step), {n.batch, kInputs});
    const Var last[] = {hidden, small, x};
    const Var middle[] = {hidden, x, small};
    hidden = tanh(tape, layer(tape, Var{0}, n.input_in_the_middle ? Inputs(middle) : Inputs(last), true));
    const Var parts[] = {hidden, hidden, x};
    const Var y = layer(tape, Var{1}, Inputs(parts), false);
    if (n.skip_outputs && t % 3 == 2) continue;
    small = affine(tape, slice(tape, y, 0, 2), Real(0.1), 0);
    const Var c = tape.constant(testing::random_values(kOutputs, "c" + step), {kOutputs});
    loss = add(tape, loss, sum(tape, multiply(tape, c, multiply(tape, y, y))));
  }
  tape.backward(loss);
  std::vector<Real> all(tape.value(loss).begin(), tape.value(loss).end());
  for (std::size_t leaf = 0; leaf < 4; ++leaf) {
    if (leaf == 1 && n.freeze_second) continue;
    all.insert(all.end(), leaves.gradient(leaf).begin(), leaves.gradient(leaf).end());
  }
  return all;
}

void check(const Network& n) {
  INFO(n.steps << " steps, batch " << n.batch);
  CHECK_THAT(run(n, linear), testing::close_to(run(n, composed_linear), 1e-12));
}

}  // namespace

TEST_CASE("a weight used at many steps has the gradient of one product per step", "[staged]") {
  for (const std::size_t batch : {1U, 3U}) check({.steps = 7, .batch = batch});
}

TEST_CASE("staged rows may fill several blocks, exactly or with some left over", "[staged]") {
  check({.steps = 128, .batch = 1});
  check({.steps = 129, .batch = 1});
  check({.steps = 90, .batch = 3});
  check({.steps = 3, .batch = 128});
}

TEST_CASE("one use may have more rows than a block", "[staged]") { check({.steps = 3, .batch = 200}); }

TEST_CASE("a part without gradient may stand in the middle", "[staged]") {
  check({.steps = 5, .batch = 3, .input_in_the_middle = true});
}

TEST_CASE("results that nothing uses contribute nothing", "[staged]") {
  for (const std::size_t batch : {1U, 3U}) check({.steps = 9, .batch = batch, .skip_outputs = true});
}

TEST_CASE("a weight without gradient still passes gradients to its parts", "[staged]") {
  check({.steps = 5, .batch = 3, .freeze_second = true});
}

TEST_CASE("a weight whose parts are all constant gets its gradient", "[staged][gradient]") {
  const std::vector<Real> x = testing::random_values(6, "x");
  CHECK(check_gradients({{4, 7}}, [&](Tape& tape, Inputs in) {
          const Var parts[] = {tape.constant(x, {2, 3})};
          return linear(tape, in[0], parts);
        }) < 1e-9);
}

TEST_CASE("a staged weight may have other uses beside", "[staged][gradient]") {
  CHECK(check_gradients({{4, 7}, {2, 3}}, [](Tape& tape, Inputs in) {
          const Var once = linear(tape, in[0], in.subspan(1));
          const Var decay = multiply(tape, in[0], in[0]);
          return std::vector<Var>{once, decay, linear(tape, in[0], in.subspan(1))};
        }) < 1e-9);
}

TEST_CASE("a weight none of whose results is used has a gradient of zero", "[staged]") {
  testing::Leaves leaves({{{3, 2}, {1, 2, 3, 4, 5, 6}}, {{1, 2}, {1, 1}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var parts[] = {Var{1}};
  linear(tape, Var{0}, parts);
  tape.backward(sum(tape, Var{1}));
  CHECK_THAT(leaves.gradient(0), testing::equal_to(std::vector<double>(6, 0.0)));
  CHECK_THAT(leaves.gradient(1), testing::equal_to({1, 1}));
}

TEST_CASE("the gradient of a small linear layer is the one worked out by hand", "[staged]") {
  // y = [2, 3, 1] W with W = [[1], [10], [100]], twice; loss = y₁ + 5 y₂.
  testing::Leaves leaves({{{3, 1}, {1, 10, 100}}, {{1, 1}, {2}}, {{1, 1}, {3}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var parts[] = {Var{1}, Var{2}}, swapped[] = {Var{2}, Var{1}};
  const Var first = linear(tape, Var{0}, parts);     // 2 + 30 + 100
  const Var second = linear(tape, Var{0}, swapped);  // 3 + 20 + 100
  const Var loss = add(tape, first, affine(tape, second, 5, 0));
  CHECK_THAT(tape.value(loss), testing::equal_to({132 + 5 * 123}));
  tape.backward(sum(tape, loss));
  CHECK_THAT(leaves.gradient(0), testing::equal_to({2 + 5 * 3, 3 + 5 * 2, 1 + 5}));
  CHECK_THAT(leaves.gradient(1), testing::equal_to({1 + 5 * 10}));
  CHECK_THAT(leaves.gradient(2), testing::equal_to({10 + 5 * 1}));
}
