#include "framework/nn/parameters.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/nn/initializers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using testing::equal_to;

namespace {

std::vector<Real> copy(std::span<const Real> values) { return {values.begin(), values.end()}; }

bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % kAlignment == 0; }

}  // namespace

TEST_CASE("parameters stand behind each other in one buffer, each on a cache line, with zeros between",
          "[parameters]") {
  Parameters parameters;
  const Var a = parameters.add("a", {3}, initial::constant(1));
  const Var b = parameters.add("b", {2, 17}, initial::constant(2));
  const Var c = parameters.add("c", {kLine}, initial::constant(3));
  parameters.complete(1);
  CHECK(parameters.flat_size() == kLine + padded(34) + kLine);
  CHECK(parameters.flat().size() == parameters.flat_size());
  std::vector<double> expected(parameters.flat_size(), 0.0);
  std::fill_n(expected.begin(), 3, 1.0);
  std::fill_n(expected.begin() + kLine, 34, 2.0);
  std::fill_n(expected.end() - kLine, kLine, 3.0);
  CHECK_THAT(parameters.flat(), equal_to(expected));
  for (const Var v : {a, b, c}) {
    CHECK(aligned(parameters.values(v).data()));
    CHECK(parameters.values(v).data() == parameters.flat().data() + parameters.all()[v.id].offset);
    CHECK(parameters.values(v).size() == parameters.all()[v.id].shape.size());
  }
}

TEST_CASE("only what is trained is counted, without padding", "[parameters]") {
  Parameters parameters;
  parameters.add("a", {3, 5}, initial::constant(0));
  parameters.add("b", {100}, initial::constant(0), false);
  parameters.add("c", {}, initial::constant(0));
  CHECK(parameters.count() == 16);
}

TEST_CASE("a scope puts its path in front of names", "[parameters]") {
  Parameters parameters;
  const Scope root(parameters);
  root.add("scale", {1}, initial::constant(0));
  (root / "memory" / "heads").add("weight", {1}, initial::constant(0));
  Scope(parameters, "controller").add("bias", {1}, initial::constant(0));
  CHECK(parameters.all()[0].path == "scale");
  CHECK(parameters.all()[1].path == "memory/heads/weight");
  CHECK(parameters.all()[2].path == "controller/bias");
}

TEST_CASE("the same seed draws the same values, another seed others", "[parameters]") {
  const auto values = [](std::uint64_t seed) {
    Parameters parameters;
    parameters.add("a", {40}, initial::normal(1));
    parameters.complete(seed);
    return copy(parameters.flat());
  };
  CHECK(values(3) == values(3));
  CHECK(values(3) != values(4));
}

TEST_CASE("two parameters of the same kind start with different values", "[parameters]") {
  Parameters parameters;
  const Var a = parameters.add("a", {40}, initial::normal(1)),
            b = parameters.add("b", {40}, initial::normal(1));
  parameters.complete(1);
  CHECK(copy(parameters.values(a)) != copy(parameters.values(b)));
}

TEST_CASE("another parameter, before or behind, does not change the values of the others", "[parameters]") {
  const auto values = [](bool more) {
    Parameters parameters;
    if (more) parameters.add("first", {5}, initial::normal(1));
    const Var a = parameters.add("a", {40}, initial::normal(1));
    if (more) parameters.add("last", {5}, initial::normal(1));
    parameters.complete(1);
    return copy(parameters.values(a));
  };
  CHECK(values(false) == values(true));
}

TEST_CASE("a path can be taken once, and only before the parameters are complete", "[parameters]") {
  Parameters parameters;
  const Scope scope = Scope(parameters) / "lstm";
  scope.add("weight", {2}, initial::constant(0));
  CHECK_THROWS_AS(scope.add("weight", {3}, initial::constant(0)), std::invalid_argument);
  CHECK_THROWS_WITH(scope.add("weight", {3}, initial::constant(0)),
                    "Parameters: there are two of the name 'lstm/weight'");
  parameters.complete(1);
  CHECK_THROWS_AS(scope.add("bias", {3}, initial::constant(0)), std::logic_error);
  CHECK_THROWS_WITH(scope.add("bias", {3}, initial::constant(0)),
                    "Parameters: 'lstm/bias' comes after complete()");
}

TEST_CASE("on a tape the handle of registration is the parameter, with its gradient beside", "[parameters]") {
  Parameters parameters;
  const Var fixed = parameters.add("fixed", {2}, initial::constant(7), false);
  const Var a = parameters.add("a", {3}, initial::constant(2));
  const Var unused = parameters.add("unused", {2, 2}, initial::constant(1));
  parameters.complete(1);
  std::vector<Real> gradients(parameters.flat_size(), -9);
  Tape tape;
  tape.reset(parameters.leaves(gradients.data()));
  CHECK_THAT(tape.value(a), equal_to({2, 2, 2}));
  CHECK(tape.shape(unused) == Shape{2, 2});
  tape.backward(sum(tape, affine(tape, a, 5, 0)));
  // Neither padding nor what is not trained is written.
  std::vector<double> expected(parameters.flat_size(), -9.0);
  std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(parameters.all()[a.id].offset), 3, 5.0);
  std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(parameters.all()[unused.id].offset), 4, 0.0);
  CHECK_THAT(gradients, equal_to(expected));
  CHECK(tape.value(fixed)[0] == 7);

  tape.reset(parameters.leaves(nullptr));
  CHECK_FALSE(tape.requires_gradient(a));
}
