#include "framework/nn/losses.hpp"

#include "framework/tensor/error.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/nn/losses_cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

using Loss = Var (*)(Tape&, Var, std::span<const Real>, std::span<const Real>);

Real loss_of(Loss loss, const std::vector<Real>& logits, const std::vector<Real>& targets,
             std::size_t rows = 1, std::vector<Real> mask = {1}) {
  Tape tape;
  tape.reset({});
  return tape.value(loss(tape, tape.constant(logits, {rows, logits.size() / rows}), targets, mask))[0];
}

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();

}  // namespace

TEST_CASE("losses are those of their definitions, for any number of rows and columns", "[losses]") {
  testing::check_loss_values();
}

TEST_CASE("a bit that is anybody's guess costs one bit, one of n equal classes ln n", "[losses]") {
  CHECK(loss_of(bits_loss, std::vector<Real>(8, 0), {1, 0, 1, 1, 0, 0, 1, 0}) == Approx(8));
  CHECK(loss_of(class_loss, std::vector<Real>(10, 3), {0, 0, 0, 1, 0, 0, 0, 0, 0, 0}) ==
        Approx(std::log(10.0)));
}

TEST_CASE("losses stay finite where probabilities underflow", "[losses]") {
  CHECK(loss_of(bits_loss, {-1000, 1000}, {1, 0}) == Approx(2000 / std::log(2.0)));
  CHECK(loss_of(bits_loss, {-1000, 1000}, {0, 1}) == 0);
  CHECK(loss_of(class_loss, {1000, -1000, 0}, {0, 1, 0}) == Approx(2000));
  CHECK(loss_of(class_loss, {1000, -1000, 0}, {1, 0, 0}) == 0);
}

TEST_CASE("a NaN among the logits that count is seen in the loss", "[losses]") {
  CHECK(std::isnan(loss_of(bits_loss, {0, kNan, 0}, {1, 1, 1})));
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<Real> logits(3, 0);
    logits[i] = kNan;
    CHECK(std::isnan(loss_of(class_loss, logits, {0, 1, 0})));
  }
}

TEST_CASE("rows that the mask leaves out cost nothing and have no gradient, whatever they hold", "[losses]") {
  for (const Loss loss : {Loss{bits_loss}, Loss{class_loss}}) {
    testing::Leaves leaves({{{2, 2}, {0, 0, kNan, std::numeric_limits<Real>::infinity()}}});
    Tape tape;
    tape.reset(leaves.all());
    const std::vector<Real> targets{1, 0, 1, 0}, mask{1, 0};
    const Var y = loss(tape, Var{0}, targets, mask);
    CHECK(std::isfinite(tape.value(y)[0]));
    tape.backward(y);
    CHECK(leaves.gradient(0)[0] < 0);
    CHECK(leaves.gradient(0)[1] > 0);
    CHECK(leaves.gradient(0)[2] == 0);
    CHECK(leaves.gradient(0)[3] == 0);
  }
}

TEST_CASE("losses want a target for every logit and a mask for every row", "[losses]") {
  Tape tape;
  tape.reset({});
  const Var logits = tape.constant(std::vector<Real>(6), {2, 3});
  const std::vector<Real> two(2), five(5), six(6);
  CHECK_THROWS_WITH(bits_loss(tape, logits, five, two), "bits_loss: targets has shape [5], expected [6]");
  CHECK_THROWS_WITH(bits_loss(tape, logits, six, six), "bits_loss: mask has shape [6], expected [2]");
  CHECK_THROWS_WITH(class_loss(tape, logits, five, two), "class_loss: targets has shape [5], expected [6]");
  CHECK_THROWS_WITH(class_loss(tape, logits, six, six), "class_loss: mask has shape [6], expected [2]");
}
