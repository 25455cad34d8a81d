// Margin ranking loss: what is right scores higher than what is wrong, by a margin.
// Weston, Chopra and Bordes 2014, "Memory Networks", arXiv:1410.3916, Eqs. (6)-(8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Rows of a matrix of embeddings: against `query`, `right` is to score higher than `wrong`.
struct RankedPair {
  std::uint32_t query, right, wrong;
};

/// Σ over pairs of max(0, margin - e_query · (e_right - e_wrong)), with rows e of embeddings [rows, width]. Result [].
/// The pairs are the caller's and must outlive the tape's step. Where the sum's term is just 0 its gradient is 0.
/// Throws ShapeError unless `embeddings` is a matrix. Rows that are not there are the caller's mistake and not looked for.
Var ranking_loss(Tape& tape, Var embeddings, std::span<const RankedPair> pairs, Real margin);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
