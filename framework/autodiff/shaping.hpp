// Ops that move elements and compute nothing.
#pragma once

#include <span>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The same elements in another shape. Throws ShapeError if the sizes differ.
Var reshape(Tape& tape, Var x, const Shape& shape);

/// Columns [first, first + count) of the last axis. Throws ShapeError.
Var slice(Tape& tape, Var x, std::size_t first, std::size_t count);

/// Side by side along the last axis; all other axes must agree. Throws ShapeError.
Var concat(Tape& tape, std::span<const Var> parts);

/// Extends the last axis to `columns` with zeros. Throws ShapeError if it is longer already.
Var pad(Tape& tape, Var x, std::size_t columns);

/// Rotates the last axis: y[i] = x[(i - by) mod n].
Var roll(Tape& tape, Var x, std::ptrdiff_t by);

/// Swaps the last two axes.
Var transpose(Tape& tape, Var x);

/// x repeated for each example: [batch, …]. The gradient is summed over the batch, in order.
Var repeat(Tape& tape, Var x, std::size_t batch);

/// Time steps under each other: step t's parts side by side in rows t·batch … t·batch + batch - 1. `parts` lists the
/// parts of step 0, then those of step 1, …; each is [batch, width]. Result [steps · batch, Σ widths].
/// Throws ShapeError if a part has another shape than in step 0, or the last step lacks some.
Var stack_steps(Tape& tape, std::span<const Var> parts, std::size_t parts_per_step);

/// The rows of some time steps of x [all steps · batch, width], in the order asked for: [steps · batch, width].
/// Throws ShapeError if there is no such step.
Var take_steps(Tape& tape, Var x, std::span<const std::size_t> steps, std::size_t batch);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
