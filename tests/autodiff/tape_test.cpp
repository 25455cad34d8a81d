#include "framework/autodiff/tape.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/lstm.hpp"
#include "framework/tensor/error.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using testing::equal_to;
using testing::Leaves;

TEST_CASE("leaves are the first values, in order, with the caller's memory", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}, {{}, {5}}});
  Tape tape;
  tape.reset(leaves.all());
  CHECK(tape.shape(Var{0}) == Shape{2});
  CHECK(tape.value(Var{0}).data() == leaves.value(0).data());
  CHECK(tape.value(Var{1})[0] == 5);
  CHECK(tape.is_leaf(Var{1}));
  const Var next = tape.constant(std::vector<Real>{6}, {});
  CHECK(next.id == 2);
  CHECK_FALSE(tape.is_leaf(next));
  CHECK_FALSE(Var{}.valid());
  CHECK(next.valid());
}

TEST_CASE("a value with several consumers gets the sum of their gradients", "[tape]") {
  // y = x² + 3x + x·x·x at x = 2: dy/dx = 2x + 3 + 3x² = 19.
  Leaves leaves({{{}, {2}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var x{0};
  const Var square = multiply(tape, x, x);
  const Var y = add(tape, add(tape, square, affine(tape, x, 3, 0)), multiply(tape, square, x));
  CHECK(tape.value(y)[0] == 18);
  tape.backward(y);
  CHECK_THAT(leaves.gradient(0), equal_to({19}));
}

TEST_CASE("backward overwrites what gradient buffers held, and scales", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});  // their gradients hold NaN
  Tape tape;
  for (const Real scale : {Real(1), Real(0.25)}) {
    tape.reset(leaves.all());
    tape.backward(sum(tape, multiply(tape, Var{0}, Var{0})), scale);
    CHECK_THAT(leaves.gradient(0), equal_to({6 * scale, 8 * scale}));
  }
}

TEST_CASE("clipping bounds what each value hands back, not the gradient of a leaf, and hides nothing",
          "[tape]") {
  // y = 100 x and loss = Σ w y: y hands on w, brought into [-10, 10], and x gets a hundred times that.
  constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
  constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
  Leaves leaves({{{5}, {1, 1, 1, 1, 1}}, {{5}, {20, -30, 0.5, kNan, kInfinity}, false}});
  Tape tape;
  const auto gradient = [&](Real clip) {
    tape.reset(leaves.all());
    const Var y = affine(tape, Var{0}, 100, 0);
    tape.backward(sum(tape, multiply(tape, y, Var{1})), 1, clip);
    return leaves.gradient(0);
  };
  const std::vector<Real> clipped = gradient(10);
  CHECK(std::vector<Real>(clipped.begin(), clipped.begin() + 3) == std::vector<Real>{1000, -1000, 50});
  CHECK(std::isnan(clipped[3]));
  CHECK_FALSE(std::isfinite(clipped[4]));
  const std::vector<Real> whole = gradient(std::numeric_limits<Real>::infinity());
  CHECK(std::vector<Real>(whole.begin(), whole.begin() + 3) == std::vector<Real>{2000, -3000, 50});
}

TEST_CASE("a leaf that the loss does not depend on has a gradient of zero", "[tape]") {
  Leaves leaves({{{3}, {1, 2, 3}}, {{}, {2}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(affine(tape, Var{1}, 4, 0));
  CHECK_THAT(leaves.gradient(0), equal_to({0, 0, 0}));
  CHECK_THAT(leaves.gradient(1), equal_to({4}));
}

TEST_CASE("with a loss that depends on no leaf all gradients are zero", "[tape]") {
  Leaves leaves({{{3}, {1, 2, 3}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(tape.constant(std::vector<Real>{1}, {}));
  CHECK_THAT(leaves.gradient(0), equal_to({0, 0, 0}));
}

TEST_CASE("a leaf can be the loss itself", "[tape]") {
  Leaves leaves({{{1}, {7}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(Var{0}, 3);
  CHECK_THAT(leaves.gradient(0), equal_to({3}));
}

TEST_CASE("a leaf without a gradient buffer is a constant", "[tape]") {
  Leaves leaves({{{}, {2}, false}, {{}, {5}}});
  Tape tape;
  tape.reset(leaves.all());
  CHECK_FALSE(tape.requires_gradient(Var{0}));
  CHECK_FALSE(tape.requires_gradient(exp(tape, Var{0})));
  const Var y = multiply(tape, Var{0}, Var{1});
  CHECK(tape.requires_gradient(y));
  tape.backward(y);
  CHECK(std::isnan(leaves.gradient(0)[0]));  // never written
  CHECK_THAT(leaves.gradient(1), equal_to({2}));
}

TEST_CASE("values that the loss does not use, before and after it, do no harm", "[tape]") {
  // Each op stands between the leaf and nothing, on memory that holds NaN from the step before.
  const std::vector<Var (*)(Tape&, Var)> ops = {
      [](Tape& t, Var x) { return exp(t, x); },
      [](Tape& t, Var x) { return multiply(t, x, x); },
      [](Tape& t, Var x) { return softmax(t, x); },
      [](Tape& t, Var x) { return sum(t, x); },
      [](Tape& t, Var x) { return transpose(t, x); },
      [](Tape& t, Var x) { return roll(t, x, 1); },
      [](Tape& t, Var x) { return matmul(t, x, x); },
      [](Tape& t, Var x) { return slice(t, x, 0, 1); },
      [](Tape& t, Var x) { return linear(t, Var{1}, std::array{x}, false); },
      [](Tape& t, Var x) { return lstm_step(t, Var{2}, std::array{x}, x).cell; }};
  for (std::size_t op = 0; op < ops.size(); ++op) {
    INFO("op " << op);
    Leaves leaves({{{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {1, 2, 3, 4}}, {{3, 8}, std::vector<Real>(24, 1)}});
    Tape tape;
    for (const Real scale : {std::numeric_limits<Real>::quiet_NaN(), Real(1)}) {
      tape.reset(leaves.all());
      const Var x = affine(tape, Var{0}, 1, 0);
      const Var before = ops[op](tape, x);
      const Var loss = sum(tape, std::isnan(scale) ? before : affine(tape, x, 2, 0));
      ops[op](tape, x);
      affine(tape, ops[op](tape, affine(tape, x, 3, 0)), 4, 0);
      tape.backward(loss, scale);
    }
    CHECK_THAT(leaves.gradient(0), equal_to({2, 2, 2, 2}));
    CHECK_THAT(leaves.gradient(1), equal_to({0, 0, 0, 0}));
    CHECK_THAT(leaves.gradient(2), equal_to(std::vector<double>(24, 0.0)));
  }
}

TEST_CASE("a tape that does not record computes the same values and cannot run backward", "[tape]") {
  Leaves leaves({{{2}, {1, 2}}});
  Tape tape;
  const auto f = [&] { return sum(tape, tanh(tape, Var{0})); };
  tape.reset(leaves.all());
  const Real recorded = tape.value(f())[0];
  tape.reset(leaves.all(), false);
  CHECK_FALSE(tape.recording());
  const Var y = f();
  CHECK(tape.value(y)[0] == recorded);
  CHECK_FALSE(tape.requires_gradient(y));
  CHECK_THROWS_AS(tape.backward(y), std::logic_error);
  CHECK_THROWS_WITH(tape.backward(y), "Tape::backward: the tape was not recording");
  CHECK(std::isnan(leaves.gradient(0)[0]));
}

TEST_CASE("only a single element can be differentiated", "[tape]") {
  Leaves leaves({{{2, 3}, std::vector<Real>(6)}});
  Tape tape;
  tape.reset(leaves.all());
  CHECK_THROWS_WITH(tape.backward(tanh(tape, Var{0})), "Tape::backward: loss has shape [6], expected [1]");
  CHECK_THROWS_AS(tape.backward(tanh(tape, Var{0})), ShapeError);
  CHECK_NOTHROW(tape.backward(reshape(tape, sum(tape, Var{0}), {1, 1, 1})));
}

TEST_CASE("a constant needs as many numbers as its shape has", "[tape]") {
  Tape tape;
  tape.reset({});
  CHECK_THROWS_WITH(tape.constant(std::vector<Real>(5), {2, 3}),
                    "Tape::constant: data has shape [5], expected [6]");
}

TEST_CASE("a constant is a copy", "[tape]") {
  Tape tape;
  tape.reset({});
  std::vector<Real> data{1, 2};
  const Var v = tape.constant(data, {2});
  data[0] = 9;
  CHECK_THAT(tape.value(v), equal_to({1, 2}));
}

TEST_CASE("the gradient of a value outlives backward only if it was asked for", "[tape]") {
  Leaves leaves({{{2}, {1, 2}}});
  Tape tape;
  tape.reset(leaves.all());
  const Var kept = affine(tape, Var{0}, 5, 0);
  const Var other = affine(tape, kept, 1, 0);
  tape.keep_gradient(kept);
  tape.backward(sum(tape, multiply(tape, other, other)));  // d/dkept = 2 kept
  CHECK_THAT(tape.gradient(kept), equal_to({10, 20}));
  CHECK(tape.gradient(other).empty());
  CHECK_THAT(tape.gradient(Var{0}), equal_to({50, 100}));
}

TEST_CASE("a tape can be reset with other leaves, fewer or more", "[tape]") {
  Tape tape;
  for (const std::size_t n : {3U, 1U, 5U}) {
    std::vector<Leaves::Item> items;
    for (std::size_t i = 0; i < n; ++i) items.push_back({{}, {static_cast<Real>(i + 1)}});
    Leaves leaves(items);
    tape.reset(leaves.all());
    Var y{0};
    for (std::uint32_t i = 1; i < n; ++i) y = multiply(tape, y, Var{i});
    tape.backward(affine(tape, y, 1, 0));
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(leaves.gradient(i)[0] == Approx(tape.value(y)[0] / static_cast<Real>(i + 1)));
    }
  }
}

TEST_CASE("a chain of a million nodes runs forward and backward without recursion", "[tape]") {
  Leaves leaves({{{}, {1}}});
  Tape tape;
  tape.reset(leaves.all());
  Var y{0};
  for (int i = 0; i < 1'000'000; ++i) y = affine(tape, y, i % 2 == 0 ? 2 : Real(0.5), 0);
  CHECK(tape.value(y)[0] == 1);
  tape.backward(affine(tape, y, 3, 0));
  CHECK_THAT(leaves.gradient(0), equal_to({3}));
}
