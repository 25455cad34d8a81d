#include "framework/tensor/blas_kernel.hpp"

#include <cstdlib>
#include <string>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/tensor/matmul_cases.hpp"

using namespace tapehead;

TEST_CASE("BLAS products are those of three nested loops, whatever is transposed", "[blas]") {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      const auto product = [&](ConstMatrix left, ConstMatrix right, Matrix result, Into into) {
        blas_matmul(left, a, right, b, result, into);
      };
      for (const std::size_t m : {1U, 3U, 17U}) {
        for (const std::size_t k : {1U, 5U, 33U}) {
          for (const std::size_t n : {1U, 8U, 19U})
            testing::check_product(product, a, b, m, k, n, (m + k + n) % 4);
        }
      }
      testing::check_nan_arrives(product, a, b);
    }
  }
}

TEST_CASE("BLAS products refuse factors and results that do not fit", "[blas]") {
  Real x[100] = {};
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    return Matrix{x, rows, columns, columns};
  };
  CHECK_THROWS_WITH(blas_matmul(matrix(2, 3), false, matrix(4, 5), false, matrix(2, 5)),
                    "blas_matmul: inner axis of b has shape [4], expected [3]");
  CHECK_THROWS_WITH(blas_matmul(matrix(3, 2), true, matrix(5, 3), true, matrix(5, 2)),
                    "blas_matmul: result has shape [5, 2], expected [2, 5]");
}

TEST_CASE("tests do not run on the BLAS kernels of 2004", "[blas]") {
#if defined(__x86_64__)
  const char* const chosen = std::getenv("OPENBLAS_CORETYPE");
  const bool wanted = chosen != nullptr && std::string(chosen) == "Prescott";
  if (__builtin_cpu_supports("avx2") && !wanted) CHECK(blas_kernel_name() != "Prescott");
#endif
  CHECK(blas_description().find("OpenBLAS") != std::string::npos);
}
