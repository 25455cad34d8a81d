// Elementwise ops of one argument; the result has the argument's shape.
#pragma once

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Var exp(Tape& tape, Var x);
/// Natural logarithm. The gradient at x = 0 is infinite, as it should be.
Var log(Tape& tape, Var x);
Var sqrt(Tape& tape, Var x);
Var tanh(Tape& tape, Var x);
/// 1 / (1 + e^-x).
Var sigmoid(Tape& tape, Var x);
/// log(1 + e^x), computed without overflow.
Var softplus(Tape& tape, Var x);
/// max(x, 0).
Var relu(Tape& tape, Var x);
/// factor · x + offset.
Var affine(Tape& tape, Var x, Real factor, Real offset);
/// min(max(x, -limit), limit); the gradient is zero where it clips.
Var clamp(Tape& tape, Var x, Real limit);
/// The same value, but what is beyond the limit can come back: there the gradient is whole where descending along it
/// lowers |x|, and zero where it would raise it. Not the derivative, by intent.
Var hold_within(Tape& tape, Var x, Real limit);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
