// The dynamic memory of the recurrent entity network: slots that each sentence of a story updates through a gate.
// Henaff, Weston, Szlam, Bordes and LeCun 2017, "Tracking the World State with Recurrent Entity Networks",
// arXiv:1612.03969, section 2.2.
#pragma once

#include "framework/attention/memory_hop.hpp"
#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What entity_memory() reads. Products with s and w alone do not depend on the memory, and come from outside.
struct EntityMemoryInputs {
  Var sentences;        // s_t [rows, width], the sentences of each example, oldest first
  Var sentence_inputs;  // W s_t [rows, width]
  Var key_scores;       // s_tᵀ w_j, and what bias the gate has, [rows, slots]
  Var key_inputs;       // V w_j, and what bias the candidate has, [slots, width]
  Var initial;          // h_j before the first sentence [slots, width]
  Var recurrent;        // U, transposed: h_j U is a row times a matrix, [width, width]
  Var slopes;           // of φ below 0, one per unit [width]
};

struct EntityMemory {
  Var slots;  // h_j after the last sentence [batch · slots, width]; initial where an example has no sentence
  Var gates;  // g_j at each sentence [rows, slots]; no gradient goes through this value
};

/// For each sentence s_t of an example, and each slot j:
///   g_j = σ(s_tᵀ h_j + s_tᵀ w_j)              Eq. (2)
///   h̃_j = φ(U h_j + V w_j + W s_t)            Eq. (3), φ(x) = max(x, 0) + slope · min(x, 0)
///   h_j ← h_j + g_j h̃_j                       Eq. (4)
///   h_j ← h_j / ‖h_j‖                         Eq. (5); zeros remain zeros
/// Example b has rows starts[b] to starts[b + 1] - 1. Throws ShapeError.
EntityMemory entity_memory(Tape& tape, const EntityMemoryInputs& inputs, RowStarts starts);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
