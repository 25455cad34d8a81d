#include "framework/tensor/matmul.hpp"

#include <algorithm>
#include <array>

#include "framework/tensor/shape.hpp"
#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// A tile of the result stays in registers over the whole inner dimension: with 32 registers 8 rows of 3
// vectors, with 16 registers 4 rows of 2.
#if XSIMD_WITH_AVX512F
constexpr std::size_t kTileRows = 8;
constexpr std::size_t kTileVectors = 3;
#else
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 2;
#endif

// Rows of the inner dimension that stay in the second-level cache while a product over many rows runs.
constexpr std::size_t kInnerBlock = 128;

// Tiles stay in registers only if their loops are unrolled; GCC leaves some of them if not told.
#define TAPEHEAD_UNROLL _Pragma("GCC unroll 16")

// The left factor's element (row, inner) is at data[row * row_step + inner * inner_step].
struct Left {
  const Real* data;
  std::size_t row_step;
  std::size_t inner_step;
};

// One tile: Rows × Vectors vectors of the result, the last of them with `last` lanes.
template <std::size_t Rows, std::size_t Vectors, bool Whole>
TAPEHEAD_KERNEL void tile(Left left, const Real* right, std::size_t right_stride, std::size_t inner,
                          Real* out, std::size_t out_stride, std::size_t last, Into into) {
  Vec sums[Rows][Vectors];
  const auto read = [&](const Real* row, std::size_t v) {
    return Whole || v + 1 < Vectors ? load(row + v * kLanes) : load_first(row + v * kLanes, last);
  };
  TAPEHEAD_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) {
    TAPEHEAD_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
      sums[r][v] = into == Into::add ? read(out + r * out_stride, v) : Vec(Real(0));
    }
  }
  for (std::size_t k = 0; k < inner; ++k) {
    Vec row[Vectors];
    TAPEHEAD_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) row[v] = read(right + k * right_stride, v);
    TAPEHEAD_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      const Vec factor(left.data[r * left.row_step + k * left.inner_step]);
      TAPEHEAD_UNROLL
      for (std::size_t v = 0; v < Vectors; ++v) sums[r][v] = xsimd::fma(factor, row[v], sums[r][v]);
    }
  }
  TAPEHEAD_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) {
    TAPEHEAD_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
      Real* const to = out + r * out_stride + v * kLanes;
      if (Whole || v + 1 < Vectors) {
        store(to, sums[r][v]);
      } else {
        store_first(to, sums[r][v], last);
      }
    }
  }
}

template <std::size_t Rows, std::size_t Vectors>
void tiles_down(Left left, const Real* right, std::size_t right_stride, std::size_t rows, std::size_t inner,
                Real* out, std::size_t out_stride, std::size_t last, Into into) {
  std::size_t row = 0;
  for (; row + Rows <= rows; row += Rows) {
    const Left here{left.data + row * left.row_step, left.row_step, left.inner_step};
    if (last == kLanes) {
      tile<Rows, Vectors, true>(here, right, right_stride, inner, out + row * out_stride, out_stride, last,
                                into);
    } else {
      tile<Rows, Vectors, false>(here, right, right_stride, inner, out + row * out_stride, out_stride, last,
                                 into);
    }
  }
  if constexpr (Rows > 1) {
    if (row < rows) {
      const Left rest{left.data + row * left.row_step, left.row_step, left.inner_step};
      tiles_down<Rows / 2, Vectors>(rest, right, right_stride, rows - row, inner, out + row * out_stride,
                                    out_stride, last, into);
    }
  }
}

// A result with this many rows goes through each strip of the right factor so often that the strip is worth copying:
// rows whose distance is a multiple of a page compete for a few places of the first-level cache.
constexpr std::size_t kRowsWorthCopying = 4 * kTileRows;

TAPEHEAD_KERNEL void copy_strip(const Real* from, std::size_t stride, std::size_t rows, std::size_t width,
                                std::size_t vectors, Real* to) {
  for (std::size_t k = 0; k < rows; ++k) {
    for (std::size_t v = 0; v < vectors; ++v) {
      store(to + (k * vectors + v) * kLanes, load_upto(from + k * stride, v * kLanes, width));
    }
  }
}

// out [rows, columns] (+)= left [rows, inner] · right [inner, columns], column strips of up to kTileVectors.
void product(Left left, const Real* right, std::size_t right_stride, std::size_t rows, std::size_t columns,
             std::size_t inner, Real* out, std::size_t out_stride, Into into) {
  alignas(kAlignment) Real copy[kInnerBlock * kTileVectors * kLanes];
  const bool copied = rows >= kRowsWorthCopying;  // callers then have cut the inner dimension
  std::size_t column = 0;
  while (column < columns) {
    // One vector by itself would be slow: it leaves the processor waiting for eight sums, and for their factors.
    const std::size_t rest = (columns - column + kLanes - 1) / kLanes;
    const std::size_t vectors = rest == kTileVectors + 1 ? (rest + 1) / 2 : std::min(kTileVectors, rest);
    const std::size_t width = std::min(vectors * kLanes, columns - column);
    const std::size_t last = width - (vectors - 1) * kLanes;
    if (copied) copy_strip(right + column, right_stride, inner, width, vectors, copy);
    const Real* const from = copied ? copy : right + column;
    const std::size_t stride = copied ? vectors * kLanes : right_stride;
    const auto strip = [&]<std::size_t Vectors>() {
      tiles_down<kTileRows, Vectors>(left, from, stride, rows, inner, out + column, out_stride, last, into);
    };
    if (vectors == 1) {
      strip.template operator()<1>();
    } else if (vectors == 2) {
      strip.template operator()<2>();
    } else {
      strip.template operator()<kTileVectors>();
    }
    column += width;
  }
}

// Adds Rows rows of a matrix, each times its factor, to `out`.
template <std::size_t Rows>
TAPEHEAD_INLINE void add_rows(const Real* factors, const Real* rows, std::size_t stride, std::size_t n,
                              Real* out) {
  Vec factor[Rows];
  TAPEHEAD_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) factor[r] = Vec(factors[r]);
  for_each_vector(n, [&](std::size_t i, auto at) {
    Vec sum = at.load(out + i);
    TAPEHEAD_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) sum = xsimd::fma(factor[r], at.load(rows + r * stride + i), sum);
    at.store(out + i, sum);
  });
}

// Matrices of more bytes are gone through in strips of columns, whose order can be turned round.
constexpr std::size_t kSweptBytes = std::size_t{1} << 19;
constexpr std::size_t kSweptColumns = 16 * kLine;

// One row times a matrix: several rows of the matrix at a time, so that the result is read and written that much less
// often while the matrix streams through.
TAPEHEAD_KERNEL void row_times_strip(const Real* a, ConstMatrix b, Real* out, Into into) {
  constexpr std::size_t kRowsAtOnce = 8;
  if (into == Into::replace) std::fill(out, out + b.columns, Real(0));
  std::size_t k = 0;
  for (; k + kRowsAtOnce <= b.rows; k += kRowsAtOnce) {
    add_rows<kRowsAtOnce>(a + k, b.data + k * b.stride, b.stride, b.columns, out);
  }
  for (; k < b.rows; ++k) add_rows<1>(a + k, b.data + k * b.stride, b.stride, b.columns, out);
}

void row_times_matrix(const Real* a, ConstMatrix b, Real* out, Into into, Sweep sweep) {
  if (b.rows * b.columns * sizeof(Real) <= kSweptBytes) return row_times_strip(a, b, out, into);
  const std::size_t strips = (b.columns + kSweptColumns - 1) / kSweptColumns;
  for (std::size_t i = 0; i < strips; ++i) {
    const std::size_t column = (sweep == Sweep::forth ? i : strips - 1 - i) * kSweptColumns;
    const std::size_t columns = std::min(kSweptColumns, b.columns - column);
    row_times_strip(a, {b.data + column, b.rows, columns, b.stride}, out + column, into);
  }
}

// Adds the products of Rows rows of a with Columns rows of b, a vector of each from scalar i on.
template <std::size_t Rows, std::size_t Columns, class At>
TAPEHEAD_INLINE void multiply_add(const Real* const* left, const Real* const* right, std::size_t i, At at,
                                  Vec (&sums)[Rows][Columns]) {
  Vec row[Rows];
  TAPEHEAD_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) row[r] = at.load(left[r] + i);
  TAPEHEAD_UNROLL
  for (std::size_t c = 0; c < Columns; ++c) {
    const Vec factor = at.load(right[c] + i);
    TAPEHEAD_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) sums[r][c] = xsimd::fma(row[r], factor, sums[r][c]);
  }
}

// Dot products of Rows rows of a with kLanes / Rows rows of b; all are summed across lanes at once.
template <std::size_t Rows>
TAPEHEAD_KERNEL void dot_tile(const Real* a, std::size_t a_stride, std::size_t a_rows, const Real* b,
                              std::size_t b_stride, std::size_t b_rows, std::size_t inner, Real* out,
                              std::size_t out_stride, Into into) {
  constexpr std::size_t kColumns = kLanes / Rows;
  // Rows of b that are read side by side: the processor prefetches that many streams, not twice as many.
  constexpr std::size_t kSideBySide = std::min<std::size_t>(8, kColumns);
  // Rows beyond the matrix repeat its last one; their results are not stored.
  std::array<const Real*, Rows> left;
  std::array<const Real*, kColumns> right;
  TAPEHEAD_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) left[r] = a + std::min(r, a_rows - 1) * a_stride;
  TAPEHEAD_UNROLL
  for (std::size_t c = 0; c < kColumns; ++c) right[c] = b + std::min(c, b_rows - 1) * b_stride;
  Vec sums[kLanes];
  TAPEHEAD_UNROLL
  for (std::size_t first = 0; first < kColumns; first += kSideBySide) {
    Vec some[Rows][kSideBySide];
    TAPEHEAD_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      TAPEHEAD_UNROLL
      for (std::size_t c = 0; c < kSideBySide; ++c) some[r][c] = Vec(Real(0));
    }
    for_each_vector(inner, [&](std::size_t i, auto at) {
      multiply_add<Rows, kSideBySide>(left.data(), right.data() + first, i, at, some);
    });
    TAPEHEAD_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      TAPEHEAD_UNROLL
      for (std::size_t c = 0; c < kSideBySide; ++c) sums[r * kColumns + first + c] = some[r][c];
    }
  }
  alignas(kAlignment) Real totals[kLanes];
  sum_each(sums).store_aligned(totals);
  for (std::size_t r = 0; r < std::min(Rows, a_rows); ++r) {
    for (std::size_t c = 0; c < std::min(kColumns, b_rows); ++c) {
      Real& to = out[r * out_stride + c];
      to = totals[r * kColumns + c] + (into == Into::add ? to : Real(0));
    }
  }
}

template <std::size_t Rows>
void dot_strip(ConstMatrix a, std::size_t row, ConstMatrix b, std::size_t b_row, Matrix out, Into into) {
  dot_tile<Rows>(a.data + row * a.stride, a.stride, a.rows - row, b.data + b_row * b.stride, b.stride,
                 b.rows - b_row, a.columns, out.data + row * out.stride + b_row, out.stride, into);
}

void expect_product(const char* where, std::size_t left_inner, std::size_t right_inner, Matrix out,
                    std::size_t rows, std::size_t columns) {
  if (left_inner != right_inner) throw_shape_error(where, "right factor", {right_inner}, {left_inner});
  expect_shape(where, "result", {out.rows, out.columns}, {rows, columns});
}

}  // namespace

void matmul(ConstMatrix a, ConstMatrix b, Matrix result, Into into, Sweep sweep) {
  expect_product("matmul", a.columns, b.rows, result, a.rows, b.columns);
  if (a.rows == 1) {
    row_times_matrix(a.data, b, result.data, into, sweep);
  } else {
    const std::size_t block = a.rows < kRowsWorthCopying && b.rows > 0 ? b.rows : kInnerBlock;
    for (std::size_t k = 0; k < b.rows || k == 0; k += block) {
      const std::size_t inner = std::min(block, b.rows - k);
      product({a.data + k, a.stride, 1}, b.data + k * b.stride, b.stride, a.rows, b.columns, inner,
              result.data, result.stride, k == 0 ? into : Into::add);
    }
  }
}

void matmul_transposed_right(ConstMatrix a, ConstMatrix b, Matrix result, Into into, Sweep sweep) {
  expect_product("matmul_transposed_right", a.columns, b.columns, result, a.rows, b.rows);
  constexpr std::size_t kRows = std::min<std::size_t>(4, kLanes);
  const std::size_t whole = a.rows < kRows ? 0 : a.rows / kRows * kRows;
  // Rows of b outside, so that each is fetched once and then serves all rows of a.
  for (std::size_t j = 0; j < b.rows && whole > 0; j += kLanes / kRows) {
    for (std::size_t row = 0; row < whole; row += kRows) dot_strip<kRows>(a, row, b, j, result, into);
  }
  for (std::size_t row = whole; row < a.rows; ++row) {
    const std::size_t strips = (b.rows + kLanes - 1) / kLanes;
    for (std::size_t i = 0; i < strips; ++i) {
      dot_strip<1>(a, row, b, (sweep == Sweep::forth ? i : strips - 1 - i) * kLanes, result, into);
    }
  }
}

void matmul_transposed_left(ConstMatrix a, ConstMatrix b, Matrix result, Into into) {
  expect_product("matmul_transposed_left", a.rows, b.rows, result, a.columns, b.columns);
  for (std::size_t m = 0; m < a.rows || m == 0; m += kInnerBlock) {
    const std::size_t inner = std::min(kInnerBlock, a.rows - m);
    product({a.data + m * a.stride, 1, a.stride}, b.data + m * b.stride, b.stride, a.columns, b.columns,
            inner, result.data, result.stride, m == 0 ? into : Into::add);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
