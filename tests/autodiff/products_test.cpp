#include "framework/autodiff/products.hpp"

#include "framework/tensor/error.hpp"
#include "tests/autodiff/products_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("matrix products on the tape are those of loops, one pair of matrices or several", "[products]") {
  testing::check_matmul_values();
}

TEST_CASE("linear is [parts, 1] times the weight by loops, recording or not", "[products]") {
  testing::check_linear_values();
}

TEST_CASE("products refuse factors that do not fit", "[products]") {
  Tape tape;
  tape.reset({});
  const auto zeros = [&](const Shape& shape) {
    return tape.constant(std::vector<Real>(shape.size()), shape);
  };
  CHECK_THROWS_WITH(matmul(tape, zeros({2, 3}), zeros({4, 5})),
                    "matmul: right factor has shape [4, 5], expected [3, 5]");
  CHECK_THROWS_WITH(matmul(tape, zeros({2, 2, 3}), zeros({3, 3, 5})),
                    "matmul: right factor has shape [3, 3, 5], expected [2, 3, 5]");
  CHECK_THROWS_AS(matmul(tape, zeros({2, 2, 3}), zeros({3, 5})), ShapeError);
  CHECK_THROWS_AS(matmul(tape, zeros({3}), zeros({3})), ShapeError);
  const Var parts[] = {zeros({4, 2}), zeros({4, 3})};
  CHECK_THROWS_WITH(linear(tape, zeros({5, 7}), parts), "linear: weight has shape [5, 7], expected [6, 7]");
  CHECK_THROWS_WITH(linear(tape, zeros({6, 7}), parts, false),
                    "linear: weight has shape [6, 7], expected [5, 7]");
  const Var uneven[] = {zeros({4, 2}), zeros({3, 3})};
  CHECK_THROWS_WITH(linear(tape, zeros({6, 7}), uneven), "linear: input has shape [3, 3], expected [4, 3]");
}

TEST_CASE("a weight that is computed on the tape is refused, as its gradient would come too late",
          "[products]") {
  std::vector<Real> weight(6), gradient(6);
  const Leaf leaf{weight.data(), gradient.data(), {2, 3}};
  Tape tape;
  tape.reset({&leaf, 1});
  const Var parts[] = {tape.constant(std::vector<Real>(2), {1, 2})};
  const Var computed = matmul(tape, tape.constant(std::vector<Real>(4), {2, 2}), Var{0});
  CHECK_THROWS_WITH(linear(tape, computed, parts, false),
                    "linear: the weight has to be a parameter; use matmul");
  CHECK_NOTHROW(linear(tape, Var{0}, parts, false));
  CHECK_NOTHROW(linear(tape, tape.constant(weight, {2, 3}), parts, false));  // it has no gradient
}
