// Losses, summed over everything they count. Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4: cost in
// bits is -log2 of the probability of every target bit, summed over steps and channels.
#pragma once

#include <span>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Σ_rows mask · Σ_columns -log2 p(target), with p = sigmoid(logit), in bits. logits [rows, columns]; targets has as
/// many elements, each 0 or 1; mask one for every row. Result []. Targets and mask must outlive the tape's step.
/// Throws ShapeError.
Var bits_loss(Tape& tape, Var logits, std::span<const Real> targets, std::span<const Real> mask);

/// Σ_rows mask · -ln softmax(logits)[class], in nats, the class being given one-hot in `targets`. Shapes as above.
/// Throws ShapeError.
Var class_loss(Tape& tape, Var logits, std::span<const Real> targets, std::span<const Real> mask);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
