#include "framework/tensor/transpose.hpp"

#include <algorithm>

#include "framework/tensor/shape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void transpose(ConstMatrix a, Matrix result) {
  expect_shape("transpose", "result", {result.rows, result.columns}, {a.columns, a.rows});
  // Blocks of one cache line each way, so that every line is fetched and written once.
  for (std::size_t i = 0; i < a.rows; i += kLine) {
    const std::size_t rows = std::min(kLine, a.rows - i);
    for (std::size_t j = 0; j < a.columns; j += kLine) {
      const std::size_t columns = std::min(kLine, a.columns - j);
      for (std::size_t c = 0; c < columns; ++c) {
        const Real* const from = a.data + i * a.stride + j + c;
        Real* const to = result.data + (j + c) * result.stride + i;
        for (std::size_t r = 0; r < rows; ++r) to[r] = from[r * a.stride];
      }
    }
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
