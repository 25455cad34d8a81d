// Sums and softmax.
#pragma once

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The sum of all elements, shape [].
Var sum(Tape& tape, Var x);

/// The sum over one axis, which stays with extent 1. Throws ShapeError if there is no such axis.
Var sum(Tape& tape, Var x, std::size_t axis);

/// e^x / Σ e^x over the last axis, computed from x - max x.
Var softmax(Tape& tape, Var x);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
