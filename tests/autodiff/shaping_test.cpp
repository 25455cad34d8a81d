#include "framework/autodiff/shaping.hpp"

#include <numeric>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using testing::equal_to;

namespace {

// A tape with numbers that count up: element i of a constant is `from` + i.
struct Counting {
  Counting() { tape.reset({}); }
  Var operator()(const Shape& shape, Real from = 0) {
    std::vector<Real> values(shape.size());
    std::iota(values.begin(), values.end(), from);
    return tape.constant(values, shape);
  }
  Tape tape;
};

}  // namespace

TEST_CASE("reshape keeps the elements and their order", "[shaping]") {
  Counting numbers;
  const Var y = reshape(numbers.tape, numbers({2, 6}), {3, 2, 2});
  CHECK(numbers.tape.shape(y) == Shape{3, 2, 2});
  CHECK_THAT(numbers.tape.value(y), equal_to({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  CHECK_THROWS_WITH(reshape(numbers.tape, numbers({2, 6}), {5}),
                    "reshape: argument has shape [2, 6], expected [5]");
}

TEST_CASE("slice takes columns of the last axis", "[shaping]") {
  Counting numbers;
  const Var y = slice(numbers.tape, numbers({2, 2, 4}), 1, 2);
  CHECK(numbers.tape.shape(y) == Shape{2, 2, 2});
  CHECK_THAT(numbers.tape.value(y), equal_to({1, 2, 5, 6, 9, 10, 13, 14}));
  CHECK_THAT(numbers.tape.value(slice(numbers.tape, numbers({4}), 3, 1)), equal_to({3}));
  CHECK_THROWS_WITH(slice(numbers.tape, numbers({2, 4}), 3, 2),
                    "slice: argument's last axis has shape [4], expected [5]");
}

TEST_CASE("concat puts parts side by side", "[shaping]") {
  Counting numbers;
  const Var parts[] = {numbers({2, 1}), numbers({2, 3}, 10), numbers({2, 2}, 20)};
  const Var y = concat(numbers.tape, parts);
  CHECK(numbers.tape.shape(y) == Shape{2, 6});
  CHECK_THAT(numbers.tape.value(y), equal_to({0, 10, 11, 12, 20, 21, 1, 13, 14, 15, 22, 23}));
  const Var uneven[] = {numbers({2, 1}), numbers({3, 1})};
  CHECK_THROWS_WITH(concat(numbers.tape, uneven), "concat: part has shape [3, 1], expected [2, 1]");
}

TEST_CASE("scalars have no last axis to cut, pad or join along", "[shaping]") {
  Counting numbers;
  const Var scalar = numbers({});
  const Var scalars[] = {scalar, scalar};
  CHECK_THROWS_WITH(concat(numbers.tape, scalars), "concat: part has shape [], expected [1]");
  CHECK_THROWS_WITH(slice(numbers.tape, scalar, 0, 1), "slice: argument has shape [], expected [1]");
  CHECK_THROWS_WITH(pad(numbers.tape, scalar, 3), "pad: argument has shape [], expected [1]");
}

TEST_CASE("pad adds zeros behind the last axis", "[shaping]") {
  Counting numbers;
  const Var y = pad(numbers.tape, numbers({2, 2}, 1), 4);
  CHECK(numbers.tape.shape(y) == Shape{2, 4});
  CHECK_THAT(numbers.tape.value(y), equal_to({1, 2, 0, 0, 3, 4, 0, 0}));
  CHECK_THROWS_WITH(pad(numbers.tape, numbers({2, 5}), 4),
                    "pad: argument's last axis has shape [5], expected [4]");
}

TEST_CASE("roll by one moves every element to the next place, the last to the first", "[shaping]") {
  Counting numbers;
  const Var x = numbers({2, 4});
  const auto rolled = [&](std::ptrdiff_t by) { return numbers.tape.value(roll(numbers.tape, x, by)); };
  CHECK_THAT(rolled(1), equal_to({3, 0, 1, 2, 7, 4, 5, 6}));
  CHECK_THAT(rolled(-1), equal_to({1, 2, 3, 0, 5, 6, 7, 4}));
  CHECK_THAT(rolled(0), equal_to({0, 1, 2, 3, 4, 5, 6, 7}));
  CHECK_THAT(rolled(-9), equal_to({1, 2, 3, 0, 5, 6, 7, 4}));
  CHECK_THAT(rolled(6), equal_to({2, 3, 0, 1, 6, 7, 4, 5}));
}

TEST_CASE("transpose swaps the last two axes", "[shaping]") {
  Counting numbers;
  const Var y = transpose(numbers.tape, numbers({2, 2, 3}));
  CHECK(numbers.tape.shape(y) == Shape{2, 3, 2});
  CHECK_THAT(numbers.tape.value(y), equal_to({0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}));
  CHECK_THROWS_AS(transpose(numbers.tape, numbers({3})), ShapeError);
}

TEST_CASE("repeat puts an axis in front", "[shaping]") {
  Counting numbers;
  const Var y = repeat(numbers.tape, numbers({3}), 2);
  CHECK(numbers.tape.shape(y) == Shape{2, 3});
  CHECK_THAT(numbers.tape.value(y), equal_to({0, 1, 2, 0, 1, 2}));
  CHECK(numbers.tape.shape(repeat(numbers.tape, numbers({2, 3}), 5)) == Shape{5, 2, 3});
}

TEST_CASE("stack_steps puts parts side by side and steps under each other", "[shaping]") {
  Counting numbers;
  const Var parts[] = {numbers({2, 1}), numbers({2, 2}, 10), numbers({2, 1}, 100), numbers({2, 2}, 110)};
  const Var y = stack_steps(numbers.tape, parts, 2);
  CHECK(numbers.tape.shape(y) == Shape{4, 3});
  CHECK_THAT(numbers.tape.value(y), equal_to({0, 10, 11, 1, 12, 13, 100, 110, 111, 101, 112, 113}));
  const Var uneven[] = {parts[0], parts[1], parts[1], parts[0]};
  CHECK_THROWS_WITH(stack_steps(numbers.tape, uneven, 2),
                    "stack_steps: part has shape [2, 2], expected [2, 1]");
  CHECK_THROWS_AS(stack_steps(numbers.tape, std::span(parts).first(3), 2), ShapeError);
}

TEST_CASE("take_steps picks steps in the order asked for, also twice", "[shaping]") {
  Counting numbers;
  const Var x = numbers({6, 2});  // three steps of a batch of two
  const std::size_t steps[] = {2, 0, 2};
  const Var y = take_steps(numbers.tape, x, steps, 2);
  CHECK(numbers.tape.shape(y) == Shape{6, 2});
  CHECK_THAT(numbers.tape.value(y), equal_to({8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11}));
  const std::size_t beyond[] = {3};
  CHECK_THROWS_WITH(take_steps(numbers.tape, x, beyond, 2),
                    "take_steps: argument has shape [6, 2], expected [8]");
}
