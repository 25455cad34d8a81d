// What an NTM's heads are told by the controller, and the weightings they compute from it.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 3.3 and its Figure 2.
#pragma once

#include <string>

#include "framework/autodiff/tape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Where each parameter of the heads stands in a row of head parameters [batch, columns()]. All heads share one
/// row, read heads first, then write heads; parameters with the same activation stand together.
struct HeadLayout {
  std::size_t read_heads = 1;
  std::size_t write_heads = 1;
  std::size_t width = 20;       // of a slot
  std::size_t shift_range = 1;  // shifts -range … +range

  std::size_t heads() const { return read_heads + write_heads; }
  std::size_t shifts() const { return 2 * shift_range + 1; }

  std::size_t key(std::size_t head = 0) const { return head * width; }                                // k
  std::size_t add(std::size_t write_head = 0) const { return key(heads()) + write_head * width; }     // a
  std::size_t key_strength(std::size_t head = 0) const { return add(write_heads) + head; }            // β
  std::size_t sharpening(std::size_t head = 0) const { return key_strength(heads()) + head; }         // γ
  std::size_t gate(std::size_t head = 0) const { return sharpening(heads()) + head; }                 // g
  std::size_t erase(std::size_t write_head = 0) const { return gate(heads()) + write_head * width; }  // e
  std::size_t shift(std::size_t head = 0) const { return erase(write_heads) + head * shifts(); }      // s
  std::size_t columns() const { return shift(heads()); }
};

enum class KeyActivation { tanh, linear };

/// Head parameters from the controller's raw outputs [batch, columns()]: β = softplus, g = sigmoid, s = softmax over
/// the shifts in the order -range … +range, γ = 1 + softplus, e = sigmoid; keys and add vectors tanh or linear (the
/// paper names none of these). Throws ShapeError.
Var activate_heads(Tape& tape, Var raw, const HeadLayout& layout, KeyActivation activation);

/// The weightings of `count` heads from `first_head` on, eqs. (5), (7), (8), (9):
///   content       w^c = softmax_i(β K(k, M(i)))
///   interpolation w^g = g w^c + (1 - g) w_{t-1}
///   shift         w̃(i) = Σ_j w^g(j) s(i - j mod N); shift +1 moves the focus from i to i + 1
///   sharpening    w(i) = w̃(i)^γ / Σ_j w̃(j)^γ, as softmax(γ log w̃): finite for any γ, zero where w̃ is
/// similarity [batch, heads scored, slots]: these heads' rows start at `first_row`; parameters as activate_heads()
/// gives them; previous and result [batch, count, slots]. Throws ShapeError.
Var address(Tape& tape, Var similarity, std::size_t first_row, Var parameters, const HeadLayout& layout,
            std::size_t first_head, std::size_t count, Var previous);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
