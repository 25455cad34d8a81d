// Ops whose backward passes a gradient buffer on instead of copying it.

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using testing::equal_to;
using testing::Leaves;

namespace {

struct Record {
  Var x, y;
  bool* handed_over;
};

// y = x. Backward hands its buffer over where it can, and says whether it could.
void pass_backward(Tape& tape, const Record& r) {
  const Real* const dy = tape.output_gradient(r.y);
  if (dy == nullptr) return;
  *r.handed_over = tape.hand_over_gradient(r.y, r.x);
  if (*r.handed_over) return;
  Real* const dx = tape.zeroed_input_gradient(r.x);
  for (std::size_t i = 0; dx != nullptr && i < tape.shape(r.x).size(); ++i) dx[i] += dy[i];
}

Var pass(Tape& tape, Var x, bool& handed_over) {
  const Var y = tape.output(tape.shape(x), {x});
  std::copy_n(tape.data(x), tape.shape(x).size(), tape.mutable_data(y));
  tape.node<pass_backward>(Record{x, y, &handed_over}, y);
  return y;
}

}  // namespace

TEST_CASE("a gradient buffer is handed over to an input that has none, and the gradient is the same",
          "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});
  Tape tape;
  bool first = false, second = false;
  for (int repetition = 0; repetition < 3; ++repetition) {  // the buffers go back to the pool in the end
    tape.reset(leaves.all());
    const Var x = affine(tape, Var{0}, 10, 0);
    const Var y = pass(tape, pass(tape, x, first), second);
    tape.backward(sum(tape, multiply(tape, y, y)));
    CHECK(first);
    CHECK(second);
    CHECK_THAT(leaves.gradient(0), equal_to({600, 800}));  // 10 · 2 · 10 x
  }
}

TEST_CASE("a handed-over buffer takes further contributions", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});
  Tape tape;
  bool handed_over = false;
  tape.reset(leaves.all());
  const Var x = affine(tape, Var{0}, 1, 0);
  const Var earlier = affine(tape, x, 5, 0);  // contributes after the hand-over
  const Var y = pass(tape, x, handed_over);
  tape.backward(sum(tape, add(tape, y, earlier)));
  CHECK(handed_over);
  CHECK_THAT(leaves.gradient(0), equal_to({6, 6}));
}

TEST_CASE("nothing is handed over to an input that has contributions already", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});
  Tape tape;
  bool handed_over = true;
  tape.reset(leaves.all());
  const Var x = affine(tape, Var{0}, 1, 0);
  const Var y = pass(tape, x, handed_over);
  const Var later = affine(tape, x, 5, 0);
  tape.backward(sum(tape, add(tape, y, later)));
  CHECK_FALSE(handed_over);
  CHECK_THAT(leaves.gradient(0), equal_to({6, 6}));
}

TEST_CASE("two ops cannot both hand over to one input", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});
  Tape tape;
  bool first = true, second = false;
  tape.reset(leaves.all());
  const Var x = affine(tape, Var{0}, 1, 0);
  const Var y = pass(tape, x, first), z = pass(tape, x, second);
  tape.backward(sum(tape, multiply(tape, y, z)));
  CHECK(second);
  CHECK_FALSE(first);
  CHECK_THAT(leaves.gradient(0), equal_to({6, 8}));
}

TEST_CASE("leaves, constants and kept values keep out of handing over", "[tape]") {
  Leaves leaves({{{2}, {3, 4}}});
  Tape tape;
  bool handed_over = true;
  tape.reset(leaves.all());
  tape.backward(sum(tape, pass(tape, Var{0}, handed_over)));  // to the caller's buffer
  CHECK_FALSE(handed_over);
  CHECK_THAT(leaves.gradient(0), equal_to({1, 1}));

  tape.reset(leaves.all());
  handed_over = true;
  const Var kept = pass(tape, affine(tape, Var{0}, 2, 0), handed_over);
  tape.keep_gradient(kept);
  tape.backward(sum(tape, kept));
  CHECK_FALSE(handed_over);
  CHECK_THAT(tape.gradient(kept), equal_to({1, 1}));
  CHECK_THAT(leaves.gradient(0), equal_to({2, 2}));

  tape.reset(leaves.all());
  handed_over = false;
  const Var target = affine(tape, Var{0}, 2, 0);
  tape.keep_gradient(target);
  tape.backward(sum(tape, affine(tape, pass(tape, target, handed_over), 7, 0)));
  CHECK(handed_over);  // to a kept value it may go
  CHECK_THAT(tape.gradient(target), equal_to({7, 7}));
}

TEST_CASE("nothing is handed over to or from rows staged for a product", "[tape]") {
  Leaves leaves({{{2, 2}, {1, 2, 3, 4}}, {{1, 2}, {3, 4}}});
  Tape tape;
  bool handed_over = true;
  tape.reset(leaves.all());
  const Var parts[] = {Var{1}};
  const Var y = linear(tape, Var{0}, parts, false);
  tape.backward(sum(tape, pass(tape, y, handed_over)));
  CHECK_FALSE(handed_over);
  CHECK_THAT(leaves.gradient(0), equal_to({3, 3, 4, 4}));
  CHECK_THAT(leaves.gradient(1), equal_to({3, 7}));
}
