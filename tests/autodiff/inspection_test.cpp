#include "framework/autodiff/inspection.hpp"

#include <array>
#include <limits>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using testing::Leaves;

namespace {

std::vector<std::uint32_t> ids(const std::vector<Var>& values) {
  std::vector<std::uint32_t> result;
  for (const Var v : values) result.push_back(v.id);
  return result;
}

}  // namespace

TEST_CASE("an inspection knows every value's op and what it read", "[tape]") {
  Leaves leaves({{{1, 2}, {3, 4}}, {{3, 2}, {1, 2, 3, 4, 5, 6}}});
  Inspection inspection;
  Tape tape;
  tape.inspect(&inspection);
  for (const bool record : {true, false}) {  // in evaluations too
    tape.reset(leaves.all(), record);
    const Var e = exp(tape, Var{0});
    const Var y = linear(tape, Var{1}, std::array{e});
    const Var both = concat(tape, std::array{y, e});
    const Var rows = repeat(tape, both, 2);
    const Var total = sum(tape, rows);
    const std::pair<Var, const char*> named[] = {
        {e, "exp"}, {y, "linear"}, {both, "concat"}, {rows, "repeat"}, {total, "sum"}};
    for (const auto& [v, name] : named) {
      REQUIRE(inspection.made(v) != nullptr);
      CHECK(op_name(*inspection.made(v)->kind) == name);
    }
    CHECK(ids(inspection.made(e)->inputs) == std::vector<std::uint32_t>{0});
    CHECK(ids(inspection.made(y)->inputs) == std::vector<std::uint32_t>{e.id, 1});
    CHECK(ids(inspection.made(both)->inputs) == std::vector<std::uint32_t>{y.id, e.id});
    CHECK(inspection.made(Var{0}) == nullptr);
  }
  CHECK(inspection.made(tape.constant(std::array<Real, 2>{1, 2}, {2})) == nullptr);
}

TEST_CASE("gradients are told in the order in which they stop being finite", "[tape]") {
  Leaves leaves({{{2}, {0, 1}}, {{2}, {1, 1}}});
  Inspection inspection;
  Tape tape;
  tape.inspect(&inspection);
  tape.reset(leaves.all());
  const Var scaled = affine(tape, Var{0}, 2, 0);
  const Var root = sqrt(tape, scaled);  // at 0: the derivative is infinite
  const Var loss = sum(tape, add(tape, root, Var{1}));
  tape.backward(loss);
  const auto& ruined = inspection.ruined_gradients();
  REQUIRE(ruined.size() == 2);
  CHECK(ruined[0].value.id == scaled.id);
  CHECK(op_name(*ruined[0].op->kind) == "sqrt");
  CHECK(ruined[0].range.not_finite == 1);
  REQUIRE(ruined[0].outputs.size() == 1);
  CHECK(ruined[0].outputs[0].low == 1);
  CHECK(ruined[0].outputs[0].high == 1);
  CHECK(ruined[1].value.id == 0);
  CHECK(op_name(*ruined[1].op->kind) == "affine");
}

TEST_CASE("a weight's gradient that overflows in the sum over its uses is told without an op", "[tape]") {
  constexpr Real kLarge = std::numeric_limits<Real>::max() / 2;
  Leaves leaves({{{1, 1}, {1}}, {{1, 1}, {kLarge}}});
  Inspection inspection;
  Tape tape;
  tape.inspect(&inspection);
  tape.reset(leaves.all());
  Var total{};
  for (int use = 0; use < 4; ++use) {
    const Var y = affine(tape, linear(tape, Var{0}, std::array{Var{1}}, false), Real(0.25), 0);
    total = total.valid() ? add(tape, total, y) : y;
  }
  tape.backward(sum(tape, total), 4);
  const auto& ruined = inspection.ruined_gradients();
  REQUIRE(ruined.size() == 1);
  CHECK(ruined[0].value.id == 0);
  CHECK(ruined[0].op == nullptr);
}

TEST_CASE("an inspected tape computes the same bits", "[tape]") {
  const auto gradient = [](Inspection* inspection) {
    Leaves leaves(
        {{{4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}, {{2, 3}, {.1F, .2F, .3F, .4F, .5F, .6F}}});
    Tape tape;
    tape.inspect(inspection);
    for (int repetition = 0; repetition < 2; ++repetition) {  // the second one with used buffers
      tape.reset(leaves.all());
      const Var y = tanh(tape, linear(tape, Var{0}, std::array{Var{1}}));
      tape.backward(sum(tape, multiply(tape, softmax(tape, y), y)));
    }
    const auto span = leaves.gradient(0);
    return std::vector<Real>(span.begin(), span.end());
  };
  Inspection inspection;
  CHECK(gradient(&inspection) == gradient(nullptr));
}
