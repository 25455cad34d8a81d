// Matrix products on the tape.
#pragma once

#include <span>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// a · b for matrices [m, k] · [k, n], or for as many pairs as the leading axes count: [batch, m, k] · [batch, k, n].
/// Throws ShapeError.
Var matmul(Tape& tape, Var a, Var b);

/// [parts side by side, 1] · weight (without the 1 if there is no bias), for a weight that may be used at every time
/// step. Parts are [rows, width]; weight [Σ widths (+ 1), columns], bias its last row; result [rows, columns].
/// A weight that requires a gradient must be a parameter. Throws ShapeError, std::logic_error.
Var linear(Tape& tape, Var weight, std::span<const Var> parts, bool bias = true);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
