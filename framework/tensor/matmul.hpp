// Small matrix products, where a recurrent network spends most of its time.
//
// Row-major matrices with a leading dimension (elements from one row to the next). The three forms are what a
// linear layer needs forward, for the gradient of its input, and for the gradient of its weights. Each runs at
// about nine tenths of a core's peak on the shapes of a memory network, where a general BLAS reaches about
// three quarters. None allocates.
#pragma once

#include <cstddef>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A matrix in someone else's memory.
struct ConstMatrix {
  const Real* data;
  std::size_t rows;
  std::size_t columns;
  std::size_t stride;  // elements from one row to the next, >= columns
};
struct Matrix {
  Real* data;
  std::size_t rows;
  std::size_t columns;
  std::size_t stride;
  operator ConstMatrix() const { return {data, rows, columns, stride}; }
};

/// Whether a product replaces what the result held or adds to it.
enum class Into { replace, add };

/// From which end a product of a single row goes through a large matrix. A matrix that nearly fills the cache is
/// fetched anew by every product if all start from the same end; if they alternate, each finds there what the last one
/// left. The result is the same to the bit.
enum class Sweep { forth, back };

/// The direction of the product of time step `step`.
constexpr Sweep sweep_of(std::size_t step) { return step % 2 == 0 ? Sweep::forth : Sweep::back; }

/// result [m, n] (+)= a [m, k] · b [k, n]. Throws ShapeError.
void matmul(ConstMatrix a, ConstMatrix b, Matrix result, Into into = Into::replace,
            Sweep sweep = Sweep::forth);

/// result [m, k] (+)= a [m, n] · bᵀ, b [k, n]. Throws ShapeError.
void matmul_transposed_right(ConstMatrix a, ConstMatrix b, Matrix result, Into into = Into::replace,
                             Sweep sweep = Sweep::forth);

/// result [k, n] (+)= aᵀ · b, a [m, k], b [m, n]. Throws ShapeError.
void matmul_transposed_left(ConstMatrix a, ConstMatrix b, Matrix result, Into into = Into::replace);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
