// Elementwise ops of two arguments with numpy's broadcasting: shapes are aligned at the last axis, and an axis of
// extent 1, or one that is missing, is repeated. All throw ShapeError for shapes that do not fit.
#pragma once

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Var add(Tape& tape, Var a, Var b);
Var subtract(Tape& tape, Var a, Var b);
Var multiply(Tape& tape, Var a, Var b);
Var divide(Tape& tape, Var a, Var b);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
