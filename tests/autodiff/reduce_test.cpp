#include "framework/autodiff/reduce.hpp"

#include "framework/tensor/error.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/autodiff/reduce_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("sums over all elements or one axis are those of loops", "[reduce]") { testing::check_sums(); }

TEST_CASE("softmax is e^x over the sum of e^x, row by row, for any width", "[reduce]") {
  testing::check_softmax_values();
}

TEST_CASE("there is no sum over an axis that does not exist", "[reduce]") {
  Tape tape;
  tape.reset({});
  CHECK_THROWS_AS(sum(tape, tape.constant(std::vector<Real>(6), {2, 3}), 2), ShapeError);
}

TEST_CASE("the gradient of a sum is one for every element", "[reduce]") {
  testing::Leaves leaves({{{2, 2}, {3, 1, 4, 1}}});
  Tape tape;
  tape.reset(leaves.all());
  tape.backward(sum(tape, Var{0}), 3);
  CHECK_THAT(leaves.gradient(0), testing::equal_to({3, 3, 3, 3}));
}
