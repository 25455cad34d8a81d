// A matrix the other way round, for products that are faster so.
#pragma once

#include "framework/tensor/matmul.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// result [n, m] = aᵀ for a [m, n]. Throws ShapeError.
void transpose(ConstMatrix a, Matrix result);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
