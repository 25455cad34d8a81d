#include "framework/tensor/transpose.hpp"

#include "tests/support/catch.hpp"
#include "tests/tensor/matmul_cases.hpp"

using namespace tapehead;
using testing::Padded;

TEST_CASE("a transposed matrix has its elements the other way round and leaves the gaps alone", "[matmul]") {
  for (const std::size_t rows : {1U, 15U, 16U, 33U}) {
    for (const std::size_t columns : {1U, 16U, 21U, 70U}) {
      const Padded a(rows, columns, 3, "a");
      const std::size_t stride = rows + 2;
      std::vector<Real> result(columns * stride, Real(7));
      transpose(a.view(), {result.data(), columns, rows, stride});
      std::size_t wrong = 0;
      for (std::size_t j = 0; j < columns; ++j) {
        for (std::size_t i = 0; i < stride; ++i) {
          const double expected = i < rows ? a.at(i, j) : 7;
          wrong += static_cast<double>(result[j * stride + i]) != expected;
        }
      }
      INFO(rows << " x " << columns);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("transposing refuses a result that does not fit", "[matmul]") {
  Real x[6] = {};
  CHECK_THROWS_WITH(transpose({x, 2, 3, 3}, {x, 2, 3, 3}),
                    "transpose: result has shape [2, 3], expected [3, 2]");
}
