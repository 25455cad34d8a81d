#include "framework/autodiff/shaping.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Names of the ops that share a backward.
struct Reshape {};
struct Slice {};
struct Concat {};
struct Pad {};
struct Roll {};
struct Repeat {};
struct StackSteps {};
struct TakeSteps {};

// Most of these ops place blocks of each argument's rows somewhere in the result: row r of x, `width` elements,
// stands at offset + r · stride of y.
struct Placement {
  Var x, y;
  std::size_t rows, width;
  std::size_t x_offset, x_stride, y_offset, y_stride;
};

void place(Tape& tape, const Placement& p) {
  const Real* const from = tape.data(p.x) + p.x_offset;
  Real* const to = tape.mutable_data(p.y) + p.y_offset;
  for (std::size_t r = 0; r < p.rows; ++r) std::copy_n(from + r * p.x_stride, p.width, to + r * p.y_stride);
}

void place_backward(Tape& tape, const Placement& p) {
  const Real* const dy = tape.output_gradient(p.y);
  Real* const dx = dy != nullptr ? tape.zeroed_input_gradient(p.x) : nullptr;
  if (dx == nullptr) return;
  for (std::size_t r = 0; r < p.rows; ++r) {
    const Real* const from = dy + p.y_offset + r * p.y_stride;
    Real* const to = dx + p.x_offset + r * p.x_stride;
    for (std::size_t i = 0; i < p.width; ++i) to[i] += from[i];
  }
}

struct Placements {
  const Placement* items;
  std::size_t count;
};

template <class Op>
void backward(Tape& tape, const Placements& all) {
  for (std::size_t i = 0; i < all.count; ++i) place_backward(tape, all.items[i]);
}

template <class Op>
void backward_of_one(Tape& tape, const Placement& p) {
  place_backward(tape, p);
}

template <class Op>
Var one_placement(Tape& tape, const Placement& p) {
  place(tape, p);
  tape.node<backward_of_one<Op>>(p, p.y);
  return p.y;
}

// Ops along the last axis need one.
void expect_last_axis(const char* where, const char* name, const Shape& shape) {
  if (shape.rank() == 0) throw_shape_error(where, name, shape, {1});
}

struct TransposeRecord {
  Var x, y;
  std::size_t matrices, rows, columns;  // of x
};

void transpose_backward(Tape& tape, const TransposeRecord& r) {
  const Real* const dy = tape.output_gradient(r.y);
  Real* const dx = dy != nullptr ? tape.zeroed_input_gradient(r.x) : nullptr;
  if (dx == nullptr) return;
  const std::size_t size = r.rows * r.columns;
  for (std::size_t i = 0; i < r.matrices * size; ++i) {
    const std::size_t row = i % size / r.columns, column = i % r.columns;
    dx[i] += dy[i / size * size + column * r.rows + row];
  }
}

}  // namespace

Var reshape(Tape& tape, Var x, const Shape& shape) {
  if (shape.size() != tape.shape(x).size()) throw_shape_error("reshape", "argument", tape.shape(x), shape);
  const std::size_t n = shape.size();
  return one_placement<Reshape>(tape, {x, tape.output(shape, {x}), 1, n, 0, n, 0, n});
}

Var slice(Tape& tape, Var x, std::size_t first, std::size_t count) {
  const Shape& shape = tape.shape(x);
  expect_last_axis("slice", "argument", shape);
  if (first + count > shape.back())
    throw_shape_error("slice", "argument's last axis", {shape.back()}, {first + count});
  Shape result = shape;
  result[shape.rank() - 1] = count;
  const std::size_t rows = shape.rows(), width = shape.back();
  return one_placement<Slice>(tape, {x, tape.output(result, {x}), rows, count, first, width, 0, count});
}

Var concat(Tape& tape, std::span<const Var> parts) {
  Shape result = tape.shape(parts[0]);
  expect_last_axis("concat", "part", result);
  const std::size_t last = result.rank() - 1;
  result[last] = 0;
  for (const Var part : parts) {
    Shape expected = tape.shape(parts[0]);
    expected[last] = tape.shape(part).back();
    expect_shape("concat", "part", tape.shape(part), expected);
    result[last] += expected[last];
  }
  const Var y = tape.output(result, parts);
  auto* const items = tape.arena().array<Placement>(parts.size());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t width = tape.shape(parts[i]).back();
    items[i] = {parts[i], y, result.rows(), width, 0, width, offset, result.back()};
    place(tape, items[i]);
    offset += width;
  }
  tape.node<backward<Concat>>(Placements{items, parts.size()}, y);
  return y;
}

Var pad(Tape& tape, Var x, std::size_t columns) {
  Shape shape = tape.shape(x);
  expect_last_axis("pad", "argument", shape);
  const std::size_t width = shape.back();
  if (width > columns) throw_shape_error("pad", "argument's last axis", {width}, {columns});
  shape[shape.rank() - 1] = columns;
  const Var y = tape.output(shape, {x});
  std::fill_n(tape.mutable_data(y), shape.size(), Real(0));
  return one_placement<Pad>(tape, {x, y, shape.rows(), width, 0, width, 0, columns});
}

Var roll(Tape& tape, Var x, std::ptrdiff_t by) {
  const Shape& shape = tape.shape(x);
  const std::size_t n = shape.back(), rows = shape.rows();
  const auto length = static_cast<std::ptrdiff_t>(n);
  const auto shift = static_cast<std::size_t>(((by % length) + length) % length);
  const Var y = tape.output(shape, {x});
  auto* const items = tape.arena().array<Placement>(2);
  items[0] = {x, y, rows, n - shift, 0, n, shift, n};
  items[1] = {x, y, rows, shift, n - shift, n, 0, n};
  place(tape, items[0]);
  place(tape, items[1]);
  tape.node<backward<Roll>>(Placements{items, 2}, y);
  return y;
}

Var transpose(Tape& tape, Var x) {
  Shape shape = tape.shape(x);
  if (shape.rank() < 2) throw_shape_error("transpose", "argument", shape, {1, shape.back()});
  const std::size_t rows = shape[shape.rank() - 2], columns = shape.back();
  std::swap(shape[shape.rank() - 2], shape[shape.rank() - 1]);
  const TransposeRecord r{x, tape.output(shape, {x}), shape.size() / (rows * columns), rows, columns};
  const Real* const from = tape.data(x);
  Real* const to = tape.mutable_data(r.y);
  for (std::size_t m = 0; m < r.matrices; ++m) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j)
        to[(m * columns + j) * rows + i] = from[(m * rows + i) * columns + j];
    }
  }
  tape.node<transpose_backward>(r, r.y);
  return r.y;
}

Var repeat(Tape& tape, Var x, std::size_t batch) {
  Shape shape{batch};
  for (const std::size_t extent : tape.shape(x)) shape.push_back(extent);
  const std::size_t n = tape.shape(x).size();
  return one_placement<Repeat>(tape, {x, tape.output(shape, {x}), batch, n, 0, 0, 0, n});
}

Var stack_steps(Tape& tape, std::span<const Var> parts, std::size_t parts_per_step) {
  const std::size_t batch = tape.shape(parts[0]).rows();
  const std::size_t steps = parts.size() / parts_per_step;
  expect_shape("stack_steps", "list of parts", {parts.size()}, {steps * parts_per_step});
  std::size_t width = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Shape& shape = tape.shape(parts[i]);
    expect_shape("stack_steps", "part", shape, {batch, tape.shape(parts[i % parts_per_step]).back()});
    if (i < parts_per_step) width += shape.back();
  }
  const Var y = tape.output({steps * batch, width}, parts);
  auto* const items = tape.arena().array<Placement>(parts.size());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % parts_per_step == 0) offset = i / parts_per_step * batch * width;
    const std::size_t columns = tape.shape(parts[i]).back();
    items[i] = {parts[i], y, batch, columns, 0, columns, offset, width};
    place(tape, items[i]);
    offset += columns;
  }
  tape.node<backward<StackSteps>>(Placements{items, parts.size()}, y);
  return y;
}

Var take_steps(Tape& tape, Var x, std::span<const std::size_t> steps, std::size_t batch) {
  const Shape shape = tape.shape(x);
  const std::size_t size = batch * shape.back();
  const Var y = tape.output({steps.size() * batch, shape.back()}, {x});
  auto* const items = tape.arena().array<Placement>(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if ((steps[i] + 1) * size > shape.size())
      throw_shape_error("take_steps", "argument", shape, {(steps[i] + 1) * batch});
    items[i] = {x, y, 1, size, steps[i] * size, 0, i * size, 0};
    place(tape, items[i]);
  }
  tape.node<backward<TakeSteps>>(Placements{items, steps.size()}, y);
  return y;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
