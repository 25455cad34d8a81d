#include "framework/autodiff/broadcast.hpp"

#include "framework/tensor/error.hpp"
#include "tests/autodiff/broadcast_cases.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("ops of two arguments broadcast as numpy does", "[broadcast]") {
  testing::check_broadcast_values();
}

TEST_CASE("shapes that do not broadcast are refused by the op's name", "[broadcast]") {
  Tape tape;
  tape.reset({});
  const auto zeros = [&](const Shape& shape) {
    return tape.constant(std::vector<Real>(shape.size()), shape);
  };
  CHECK_THROWS_WITH(add(tape, zeros({2, 3}), zeros({2, 4})),
                    "add: right argument has shape [2, 4], expected [2, 3]");
  CHECK_THROWS_WITH(subtract(tape, zeros({3}), zeros({3, 2})),
                    "subtract: right argument has shape [3, 2], expected [3]");
  CHECK_THROWS_WITH(multiply(tape, zeros({2, 3}), zeros({3, 2})),
                    "multiply: right argument has shape [3, 2], expected [2, 3]");
  CHECK_THROWS_AS(divide(tape, zeros({2}), zeros({3})), ShapeError);
}
