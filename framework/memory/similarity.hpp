// Cosine similarity of keys with every slot of a memory.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, eq. (6); Graves et al. 2016, Nature 538:471, Methods.
#pragma once

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// How a memory lies in a Var: [batch, width, stride], slots innermost, the slots from `slots` on padding that stays
/// 0. Scores, reads and writes then run along slots. Papers write [batch, slots, width].
struct MemoryShape {
  std::size_t slots = 0;  // N
  std::size_t width = 0;  // W (the NTM paper's M)
  std::size_t stride() const { return padded(slots); }
};

/// Keeps the similarity of an all-zero row finite:
///   K(u, v) = u·v / (√(|u|² + in_norm) √(|v|² + in_norm) + added).
/// Both 0: the NTM paper. added 1e-6: Csordás and Schmidhuber 2019. Both 1e-6: google-deepmind/dnc.
struct SimilarityEpsilon {
  Real in_norm = 0;
  Real added = 0;
};

/// similarity [batch, heads, slots] of memory [batch, width, stride] with the keys in columns
/// [first_key, first_key + heads · width) of parameters [batch, columns], head after head.
/// Throws ShapeError.
Var similarity(Tape& tape, Var memory, const MemoryShape& shape, Var parameters, std::size_t first_key,
               std::size_t heads, const SimilarityEpsilon& epsilon);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
