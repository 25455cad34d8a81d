// Products with a weight matrix that is used at every time step.
//
// Each use gathers its input parts side by side into a staged row [part 1, part 2, …, 1] (the one multiplies the
// bias, the weight's last row) and multiplies. Backward leaves the gradients of the results staged too and
// propagates to the parts at once; the weight's gradient follows in the end by one product over all staged rows
// instead of one small update per step.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/tensor/matmul.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One use of a weight: `rows` staged rows of inputs and of the gradients of the results.
struct StagedUse {
  Var weight;        // [inner, columns]
  const Var* parts;  // [part_count], each [rows, width] (or any shape with that many elements)
  std::size_t part_count;
  std::size_t rows;
  std::size_t inner;  // Σ widths, plus 1 with a bias
  std::size_t columns;
  bool bias;
  Sweep sweep;            // turns round from one use to the next
  Real* inputs;           // [rows, inner], row stride input_stride()
  Real* result_gradient;  // [rows, columns], dense; nullptr when the tape does not record
  std::size_t input_stride() const { return padded(inner); }
};

class StagedProducts {
 public:
  /// Gathers the parts into staged rows. Throws ShapeError naming `where` if the widths do not add up to the
  /// weight's rows (less one with a bias) or the numbers of rows differ, std::logic_error if the weight was computed
  /// on the tape and requires a gradient.
  StagedUse gather(Tape& tape, const char* where, Var weight, std::span<const Var> parts, bool bias);

  /// results [rows, columns] = inputs · weight.
  static void multiply(const Tape& tape, const StagedUse& use, Real* results);

  /// Adds result_gradient · weightᵀ to the gradients of the parts. result_gradient must be complete.
  void propagate(Tape& tape, const StagedUse& use);

  /// After all nodes have run: weight gradient += inputsᵀ · result gradients, for every weight used.
  void accumulate_weight_gradients(Tape& tape);

  void clear() {
    blocks_.clear();
    transposed_.clear();
  }

 private:
  // Consecutive staged rows of one weight; new uses append to its newest block while there is room.
  struct Block {
    Var weight;
    std::size_t inner;
    std::size_t columns;
    std::size_t rows;
    std::size_t capacity;
    Real* inputs;
    Real* result_gradients;
  };

  // A weight's leading rows transposed, for products over several rows at a time.
  struct Transposed {
    Var weight;
    std::size_t rows;  // of the weight
    const Real* data;  // [columns, rows], row stride padded(rows)
  };
  const Real* transposed(Tape& tape, const StagedUse& use, std::size_t rows);

  std::vector<Block> blocks_;
  std::vector<Transposed> transposed_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
