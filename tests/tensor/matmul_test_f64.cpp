#include "framework/tensor/matmul.hpp"

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/tensor/matmul_cases.hpp"

using namespace tapehead;

TEST_CASE("a matrix product is that of three nested loops, for sizes around tiles and vectors", "[matmul]") {
  testing::check_product_sizes(testing::forth, false, false);
}

TEST_CASE("a product with the right factor transposed is that of three nested loops", "[matmul]") {
  testing::check_product_sizes(testing::forth_transposed_right, false, true);
}

TEST_CASE("a product with the left factor transposed is that of three nested loops", "[matmul]") {
  testing::check_product_sizes(matmul_transposed_left, true, false);
}

TEST_CASE("a row times a large matrix is the same to the bit from whichever end it starts", "[matmul]") {
  testing::check_sweeps(matmul, false);
  testing::check_sweeps(matmul_transposed_right, true);
}

TEST_CASE("a matrix product over an inner axis of nothing is zero", "[matmul]") {
  testing::check_empty_inner_axis(testing::forth, false, false);
  testing::check_empty_inner_axis(testing::forth_transposed_right, false, true);
  testing::check_empty_inner_axis(matmul_transposed_left, true, false);
}

TEST_CASE("zero times NaN is NaN in a matrix product, in its column only", "[matmul]") {
  testing::check_nan_arrives(testing::forth, false, false);
  testing::check_nan_arrives(testing::forth_transposed_right, false, true);
  testing::check_nan_arrives(matmul_transposed_left, true, false);
}

TEST_CASE("matrix products refuse factors and results that do not fit", "[matmul]") {
  Real x[100] = {};
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    return Matrix{x, rows, columns, columns};
  };
  CHECK_THROWS_AS(matmul(matrix(2, 3), matrix(4, 5), matrix(2, 5)), ShapeError);
  CHECK_THROWS_WITH(matmul(matrix(2, 3), matrix(3, 5), matrix(2, 4)),
                    "matmul: result has shape [2, 4], expected [2, 5]");
  CHECK_THROWS_AS(matmul_transposed_right(matrix(2, 3), matrix(5, 4), matrix(2, 5)), ShapeError);
  CHECK_THROWS_WITH(matmul_transposed_right(matrix(2, 3), matrix(5, 3), matrix(5, 2)),
                    "matmul_transposed_right: result has shape [5, 2], expected [2, 5]");
  CHECK_THROWS_AS(matmul_transposed_left(matrix(2, 3), matrix(3, 5), matrix(3, 5)), ShapeError);
  CHECK_THROWS_WITH(matmul_transposed_left(matrix(2, 3), matrix(2, 5), matrix(2, 5)),
                    "matmul_transposed_left: result has shape [2, 5], expected [3, 5]");
}
