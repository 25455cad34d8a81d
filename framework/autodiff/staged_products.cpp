#include "framework/autodiff/staged_products.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "framework/tensor/transpose.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Enough rows for the products that follow to run near peak, few enough to stay in the second-level cache.
constexpr std::size_t kBlockRows = 128;

// A product with a transposed copy of the weight is faster than dot products with its rows from this many rows on,
// and from this many uses on the copy, made once per step of training, has paid for itself.
constexpr std::size_t kRowsWorthTransposing = 4;
constexpr std::size_t kUsesWorthTransposing = 4;

}  // namespace

StagedUse StagedProducts::gather(Tape& tape, const char* where, Var weight, std::span<const Var> parts,
                                 bool bias) {
  tape.reads(parts);
  tape.reads({&weight, 1});
  StagedUse use{};
  use.weight = weight;
  use.bias = bias;
  use.rows = tape.shape(parts[0]).rows();
  use.columns = tape.shape(weight).back();
  use.inner = bias ? 1 : 0;
  for (const Var part : parts) {
    const Shape& shape = tape.shape(part);
    if (shape.rows() != use.rows) throw_shape_error(where, "input", shape, {use.rows, shape.back()});
    use.inner += shape.back();
  }
  expect_shape(where, "weight", tape.shape(weight), {use.inner, use.columns});
  if (tape.requires_gradient(weight) &&
      !tape.is_leaf(weight)) {  // its gradient comes after all nodes have run
    throw std::logic_error(std::string(where) + ": the weight has to be a parameter; use matmul");
  }

  const std::size_t stride = use.input_stride();
  if (tape.recording()) {
    auto block = std::find_if(blocks_.rbegin(), blocks_.rend(),
                              [&](const Block& b) { return b.weight.id == weight.id; });
    if (block == blocks_.rend() || block->rows + use.rows > block->capacity) {
      const std::size_t capacity = std::max(kBlockRows, use.rows);
      blocks_.push_back({weight, use.inner, use.columns, 0, capacity, tape.arena().reals(capacity * stride),
                         tape.arena().reals(capacity * use.columns)});
      block = blocks_.rbegin();
    }
    use.sweep = sweep_of(block->rows);
    use.inputs = block->inputs + block->rows * stride;
    use.result_gradient = block->result_gradients + block->rows * use.columns;
    block->rows += use.rows;
  } else {
    use.inputs = tape.arena().reals(use.rows * stride);
  }

  Var* const kept = tape.arena().array<Var>(parts.size());
  std::copy(parts.begin(), parts.end(), kept);
  use.parts = kept;
  use.part_count = parts.size();
  std::size_t column = 0;
  for (const Var part : parts) {
    const std::size_t width = tape.shape(part).back();
    const Real* const from = tape.data(part);
    for (std::size_t row = 0; row < use.rows; ++row) {
      std::copy_n(from + row * width, width, use.inputs + row * stride + column);
    }
    column += width;
  }
  if (bias) {
    for (std::size_t row = 0; row < use.rows; ++row) use.inputs[row * stride + column] = 1;
  }
  return use;
}

void StagedProducts::multiply(const Tape& tape, const StagedUse& use, Real* results) {
  matmul({use.inputs, use.rows, use.inner, use.input_stride()},
         {tape.data(use.weight), use.inner, use.columns, use.columns},
         {results, use.rows, use.columns, use.columns}, Into::replace, use.sweep);
}

void StagedProducts::propagate(Tape& tape, const StagedUse& use) {
  const bool wanted = std::any_of(use.parts, use.parts + use.part_count,
                                  [&](Var part) { return tape.requires_gradient(part); });
  if (!wanted) return;
  // Parts without gradient at the end (the task's inputs) need no product.
  std::size_t needed = use.inner - (use.bias ? 1 : 0);
  std::size_t count = use.part_count;
  while (!tape.requires_gradient(use.parts[count - 1])) needed -= tape.shape(use.parts[--count]).back();

  const std::size_t stride = use.input_stride();
  Real* const input_gradient = tape.scratch(use.rows * stride);
  const ConstMatrix gradient{use.result_gradient, use.rows, use.columns, use.columns};
  const Matrix result{input_gradient, use.rows, needed, stride};
  std::size_t staged_rows = 0;
  for (const Block& block : blocks_) staged_rows += block.weight.id == use.weight.id ? block.rows : 0;
  if (use.rows < kRowsWorthTransposing || staged_rows < kUsesWorthTransposing * use.rows) {
    matmul_transposed_right(gradient, {tape.data(use.weight), needed, use.columns, use.columns}, result,
                            Into::replace, use.sweep);
  } else {
    matmul(gradient, {transposed(tape, use, needed), use.columns, needed, padded(needed)}, result);
  }
  std::size_t column = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t width = tape.shape(use.parts[i]).back();
    if (const GradientSlot slot = tape.input_gradient(use.parts[i])) {
      for (std::size_t row = 0; row < use.rows; ++row) {
        const Real* const from = input_gradient + row * stride + column;
        Real* const to = slot.data + row * width;
        if (slot.fresh) {
          std::copy_n(from, width, to);
        } else {
          for (std::size_t j = 0; j < width; ++j) to[j] += from[j];
        }
      }
    }
    column += width;
  }
}

const Real* StagedProducts::transposed(Tape& tape, const StagedUse& use, std::size_t rows) {
  for (const Transposed& t : transposed_) {
    if (t.weight.id == use.weight.id && t.rows == rows) return t.data;
  }
  Real* const data = tape.arena().reals(use.columns * padded(rows));
  transpose({tape.data(use.weight), rows, use.columns, use.columns}, {data, use.columns, rows, padded(rows)});
  transposed_.push_back({use.weight, rows, data});
  return data;
}

void StagedProducts::accumulate_weight_gradients(Tape& tape) {
  for (const Block& block : blocks_) {
    const GradientSlot slot = tape.input_gradient(block.weight);
    if (!slot) continue;
    matmul_transposed_left({block.inputs, block.rows, block.inner, padded(block.inner)},
                           {block.result_gradients, block.rows, block.columns, block.columns},
                           {slot.data, block.inner, block.columns, block.columns},
                           slot.fresh ? Into::replace : Into::add);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
