// One hop of attention over the sentences of stories.
// Sukhbaatar, Szlam, Weston and Fergus 2015, "End-To-End Memory Networks", arXiv:1503.08895, section 2.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Which rows of a table belong to which example: those from starts[b] to starts[b + 1] - 1.
/// The memory is the caller's and must outlive the tape's step.
using RowStarts = std::span<const std::uint32_t>;  // [batch + 1]

struct MemoryHop {
  Var output;   // o [batch, width]
  Var weights;  // p [batch, places]: an example's sentences first, oldest first
};

/// The places of a memory that hold no sentence, and are zero in m and c.
enum class EmptyPlaces {
  absent,  // p_i = 0
  scored,  // they score 0 and take their share of the softmax, as in the authors' program
};

/// p_i = softmax(uᵀ m_i) over an example's rows, Eq. (1), and o = Σ_i p_i c_i, Eq. (2), for query u [batch, width], input
/// memory m [rows, width] and output memory c [rows, width]. No example has more rows than there are places.
/// Without `softmax`, p_i = uᵀ m_i: the linear start of section 4.2. Where nothing takes part, o = 0.
/// Throws ShapeError.
MemoryHop memory_hop(Tape& tape, Var query, Var input_memory, Var output_memory, RowStarts starts,
                     std::size_t places, EmptyPlaces empty, bool softmax);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
