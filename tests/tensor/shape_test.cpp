#include "framework/tensor/shape.hpp"

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a shape knows its size, its rows and the width of a row", "[shape]") {
  const Shape shape{2, 3, 5};
  CHECK(shape.rank() == 3);
  CHECK(shape.size() == 30);
  CHECK(shape.rows() == 6);
  CHECK(shape.back() == 5);
  CHECK(shape[0] == 2);
  CHECK(to_string(shape) == "[2, 3, 5]");
}

TEST_CASE("a scalar has one element in one row", "[shape]") {
  const Shape scalar;
  CHECK(scalar.rank() == 0);
  CHECK(scalar.size() == 1);
  CHECK(scalar.rows() == 1);
  CHECK(scalar.back() == 1);
  CHECK(to_string(scalar) == "[]");
}

TEST_CASE("shapes are equal if their axes are, and not because their sizes are", "[shape]") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{6} == Shape{1, 6});
  CHECK_FALSE(Shape{} == Shape{1});
  Shape changed{2, 3};
  changed[1] = 4;
  CHECK(changed == Shape{2, 4});
}

TEST_CASE("a shape grows to four axes and no further", "[shape]") {
  Shape shape{1, 2, 3};
  shape.push_back(4);
  CHECK(shape == Shape{1, 2, 3, 4});
  CHECK_THROWS_AS(shape.push_back(5), std::length_error);
  CHECK_THROWS_AS((Shape{1, 2, 3, 4, 5}), std::length_error);
}

TEST_CASE("a wrong shape is reported with where, what came and what was wanted", "[shape]") {
  CHECK_NOTHROW(expect_shape("NtmMemory::step", "control", {2, 4}, {2, 4}));
  CHECK_THROWS_AS(expect_shape("NtmMemory::step", "control", {2, 3}, {2, 4}), ShapeError);
  CHECK_THROWS_WITH(expect_shape("NtmMemory::step", "control", {2, 3}, {2, 4}),
                    "NtmMemory::step: control has shape [2, 3], expected [2, 4]");
}
