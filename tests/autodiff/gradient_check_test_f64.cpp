#include "framework/autodiff/gradient_check.hpp"

#include <sstream>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/nn/parameters.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

struct Record {
  Var x, y;
  Real wrong;
};

// y = x², whose gradient of element 4 is off by a factor, and which can forget to write it at all.
void square_backward(Tape& tape, const Record& r) {
  const Real* const dy = tape.output_gradient(r.y);
  const GradientSlot slot = tape.input_gradient(r.x);
  if (dy == nullptr || !slot) return;
  for (std::size_t i = 0; i < tape.shape(r.x).size(); ++i) {
    if (std::isnan(r.wrong)) continue;
    const Real d = 2 * tape.data(r.x)[i] * dy[i] * (i == 4 ? r.wrong : 1);
    slot.data[i] = slot.fresh ? d : slot.data[i] + d;
  }
}

Var square(Tape& tape, Var x, Real wrong) {
  const Var y = tape.output(tape.shape(x), {x});
  for (std::size_t i = 0; i < tape.shape(x).size(); ++i)
    tape.mutable_data(y)[i] = tape.data(x)[i] * tape.data(x)[i];
  tape.node<square_backward>(Record{x, y, wrong}, y);
  return y;
}

}  // namespace

TEST_CASE("a right gradient passes the check with digits to spare", "[gradient]") {
  CHECK(check_gradients({{2, 3}}, [](Tape& tape, Inputs in) { return square(tape, in[0], 1); }) < 1e-10);
}

TEST_CASE("a gradient that is wrong in one element fails, and the element is named", "[gradient]") {
  const GradientError error =
      check_gradients({{3}, {2, 3}}, [](Tape& tape, Inputs in) { return square(tape, in[1], 1.001); });
  CHECK(error.relative == Approx(0.001).epsilon(0.01));
  CHECK(error > 1e-4);
  CHECK_FALSE(error < 1e-4);
  CHECK(error.where.rfind("input 1[1, 1]: backward gives ", 0) == 0);
  std::ostringstream text;
  text << error;
  CHECK(text.str().rfind("relative error 0.00", 0) == 0);
}

TEST_CASE("an error that cancels in the plain sum of the outputs is found", "[gradient]") {
  // The gradient of Σ softmax is zero; only unequal cotangents see a wrong factor in it.
  const auto wrong = [](Tape& tape, Inputs in) {
    const Var y = softmax(tape, in[0]);
    return affine(tape, square(tape, y, 2), 1, 0);
  };
  CHECK(check_gradients({{1, 5}}, wrong) > 1e-2);
}

TEST_CASE("a gradient that is never written fails", "[gradient]") {
  const auto forgetful = [](Tape& tape, Inputs in) { return square(tape, in[0], std::nan("")); };
  CHECK(check_gradients({{3}}, forgetful).relative == std::numeric_limits<double>::infinity());
}

TEST_CASE("a function that ignores its inputs fails, since its check would show nothing", "[gradient]") {
  const auto constant = [](Tape& tape, Inputs) { return tape.constant(std::vector<Real>{1, 2}, {2}); };
  const GradientError error = check_gradients({{3}}, constant);
  CHECK_FALSE(error < 1);
  CHECK(error.where == "no output depends on any input");
}

TEST_CASE("a function whose values depend on whether the tape records fails", "[gradient]") {
  const auto two_faced = [](Tape& tape, Inputs in) {
    return affine(tape, in[0], tape.recording() ? 2 : 3, 0);
  };
  CHECK(check_gradients({{3}}, two_faced).where == "the outputs: they change when the tape does not record");
}

TEST_CASE("a function that is not pure fails", "[gradient]") {
  int calls = 0;
  const auto drifting = [&](Tape& tape, Inputs in) {
    const Var y = affine(tape, in[0], 2, 0);
    return tape.recording() && ++calls == 2 ? add(tape, y, y) : y;
  };
  CHECK(check_gradients({{3}}, drifting).where ==
        "the gradients: they change when backward runs a second time");
}

TEST_CASE("all of several outputs are checked", "[gradient]") {
  const auto both = [](Real wrong) {
    return [wrong](Tape& tape, Inputs in) -> std::vector<Var> {
      return {exp(tape, in[0]), square(tape, in[0], wrong), sum(tape, in[0])};
    };
  };
  CHECK(check_gradients({{7}}, both(1)) < 1e-9);
  CHECK(check_gradients({{7}}, both(1.5)) > 1e-3);
}

TEST_CASE("inputs can be given by value, by range, or as scalars", "[gradient]") {
  std::vector<std::vector<Real>> seen(3);
  const auto look = [&](Tape& tape, Inputs in) {
    if (seen[0].empty()) {
      for (std::size_t i = 0; i < 3; ++i) seen[i].assign(tape.value(in[i]).begin(), tape.value(in[i]).end());
    }
    return multiply(tape, multiply(tape, in[0], in[1]), in[2]);
  };
  CHECK(check_gradients({{Shape{2}, {0.5, -3}}, GradientInput::uniform({100, 2}, 1, 2), {}}, look) < 1e-9);
  CHECK(seen[0] == std::vector<Real>{0.5, -3});
  CHECK(*std::min_element(seen[1].begin(), seen[1].end()) >= 1);
  CHECK(*std::min_element(seen[1].begin(), seen[1].end()) < 1.1);
  CHECK(*std::max_element(seen[1].begin(), seen[1].end()) > 1.9);
  CHECK(seen[2].size() == 1);
  CHECK_THROWS_WITH(check_gradients({{Shape{3}, {1, 2}}}, look),
                    "check_gradients: input 0 has shape [2], expected [3]");
}

TEST_CASE("the same seed checks with the same numbers, another with others", "[gradient]") {
  const auto f = [](Tape& tape, Inputs in) { return exp(tape, in[0]); };
  const auto where = [&](std::uint64_t seed) { return check_gradients({{5}}, f, {.seed = seed}).where; };
  CHECK(where(3) == where(3));
  CHECK(where(3) != where(4));
}

TEST_CASE("parameters are checked at their values, by path, and left as they were", "[gradient]") {
  Parameters parameters;
  const Scope root(parameters);
  const Var weight = (root / "layer").add("weight", {4, 3}, initial::glorot(true));
  const Var scale = root.add("scale", {3}, initial::uniform(1));
  const Var fixed = root.add("fixed", {3}, initial::normal(1), false);
  parameters.complete(5);
  const std::vector<Real> before(parameters.flat().begin(), parameters.flat().end());
  const std::vector<Real> data = {1, 2, 3, -1, 0.5, 0.25};
  const auto model = [&](Real wrong) {
    return [&, wrong](Tape& tape) {
      const Var inputs[] = {tape.constant(data, {2, 3})};
      const Var y = square(tape, linear(tape, weight, inputs), wrong);
      return sum(tape, multiply(tape, multiply(tape, y, scale), fixed));
    };
  };
  CHECK(check_parameter_gradients(parameters, model(1)) < 1e-9);
  CHECK(check_parameter_gradients(parameters, model(1), {.elements = 2}) < 1e-9);
  const GradientError error = check_parameter_gradients(parameters, model(3));
  CHECK(error > 0.1);
  CHECK(error.where.rfind("layer/weight[", 0) == 0);
  CHECK(std::equal(before.begin(), before.end(), parameters.flat().begin()));
}

TEST_CASE("with a number of elements asked for, only so many of each tensor are perturbed", "[gradient]") {
  int evaluations = 0;
  const auto f = [&](Tape& tape, Inputs in) {
    if (!tape.recording()) ++evaluations;
    return sum(tape, in[0]);
  };
  CHECK(check_gradients({{10, 10}}, f, {.elements = 3}) < 1e-9);
  CHECK(evaluations == 1 + 3 * 4);
}
