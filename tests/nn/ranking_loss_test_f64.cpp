#include "framework/nn/ranking_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/nn/parameters.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr RankedPair kPairs[] = {{0, 1, 2}, {0, 1, 3}, {4, 2, 1}, {4, 4, 0}, {3, 2, 2}};

// Seven elements: less than a vector's worth, or more, on every CPU there is.
Parameters some_rows(double deviation) {
  Parameters rows;
  rows.add("rows", {5, 7}, initial::normal(deviation));
  rows.complete(3);
  return rows;
}

double by_loops(std::span<const Real> rows, double margin) {
  double total = 0;
  for (const RankedPair& pair : kPairs) {
    double score = 0;
    for (std::size_t k = 0; k < 7; ++k)
      score += rows[pair.query * 7 + k] * (rows[pair.right * 7 + k] - rows[pair.wrong * 7 + k]);
    total += std::max(0.0, margin - score);
  }
  return total;
}

}  // namespace

TEST_CASE("a ranking loss is what is missing to the margin, summed over pairs", "[losses]") {
  for (const double margin : {0.0, 0.1, 2.0}) {
    Parameters rows = some_rows(1);
    Tape tape;
    tape.reset(rows.leaves(nullptr));
    const Var loss = ranking_loss(tape, Var{0}, kPairs, margin);
    CHECK(tape.shape(loss) == Shape{});
    CHECK(tape.value(loss)[0] == Approx(by_loops(rows.values(Var{0}), margin)).epsilon(1e-14));
  }
}

TEST_CASE("a ranking loss has the gradient of central differences", "[losses][gradient]") {
  for (const double margin : {0.1, 2.0}) {
    Parameters rows = some_rows(1);
    const auto loss = [&](Tape& tape) { return ranking_loss(tape, Var{0}, kPairs, margin); };
    CHECK(check_parameter_gradients(rows, loss) < 1e-8);
  }
}

TEST_CASE("a ranking loss is 0, and so is its gradient, where everything right is ahead by the margin",
          "[losses]") {
  Parameters rows;
  rows.add("rows", {3, 1}, [](Draws&, const Shape&, std::span<Real> values) {
    values[0] = values[1] = 1;
    values[2] = 0;
  });
  rows.complete(1);
  const RankedPair ahead[] = {{0, 1, 2}};
  for (const double margin : {0.5, 1.0}) {  // the score is 1
    const AlignedMemory memory = aligned_new(rows.flat_size() * sizeof(Real));
    Real* const gradient = reinterpret_cast<Real*>(memory.get());
    std::fill_n(gradient, rows.flat_size(), 5);
    Tape tape;
    tape.reset(rows.leaves(gradient));
    const Var loss = ranking_loss(tape, Var{0}, ahead, margin);
    CHECK(tape.value(loss)[0] == 0);
    tape.backward(loss);
    CHECK(std::all_of(gradient, gradient + 3, [](Real g) { return g == 0; }));
  }
}

TEST_CASE("what is not a number stays visible in a ranking loss", "[losses]") {
  Parameters rows = some_rows(1);
  rows.values(Var{0})[0] = std::numeric_limits<Real>::quiet_NaN();
  Tape tape;
  tape.reset(rows.leaves(nullptr));
  CHECK(std::isnan(tape.value(ranking_loss(tape, Var{0}, kPairs, 0.1))[0]));
}

TEST_CASE("a ranking loss refuses what is no matrix", "[losses]") {
  const Real values[8] = {};
  Tape tape;
  tape.reset({});
  CHECK_THROWS_AS(ranking_loss(tape, tape.constant(values, {2, 2, 2}), kPairs, 0.1), ShapeError);
}
