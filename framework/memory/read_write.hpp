// Reading from and writing to a dense memory.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, eqs. (2)-(4).
#pragma once

#include "framework/autodiff/tape.hpp"
#include "framework/memory/similarity.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// r_h = Σ_i w_h(i) M(i), eq. (2). memory [batch, width, stride], weights [batch, heads, slots];
/// result [batch, heads · width]. Throws ShapeError.
Var read_slots(Tape& tape, Var memory, const MemoryShape& shape, Var weights);

/// What write heads do to a memory; columns of the head parameters [batch, columns], head after head.
struct EraseAdd {
  Var weights;                  // [batch, write heads, slots]
  Var parameters;               // [batch, columns]
  std::size_t first_erase = 0;  // write heads · width columns, erase vectors in [0, 1]
  std::size_t first_add = 0;    // write heads · width columns, add vectors
};

/// M'(i) = M(i) Π_h (1 - w_h(i) e_h) + Σ_h w_h(i) a_h, eqs. (3) and (4): all heads erase before any adds.
/// Result like memory. Throws ShapeError.
Var erase_add(Tape& tape, Var memory, const MemoryShape& shape, const EraseAdd& write);

struct ReadAndWritten {
  Var read;    // [batch, read heads · width]
  Var memory;  // [batch, width, stride]
};

/// read_slots() and erase_add() of the same memory, in one pass over it.
ReadAndWritten read_then_erase_add(Tape& tape, Var memory, const MemoryShape& shape, Var read_weights,
                                   const EraseAdd& write);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
