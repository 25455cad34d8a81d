#include "framework/autodiff/broadcast.hpp"

#include <algorithm>
#include <array>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

using Steps = std::array<std::size_t, Shape::kMaxRank>;

// Both arguments seen with the result's four axes: a repeated axis has step 0.
struct Record {
  Var a, b, y;
  Steps extents, a_steps, b_steps;
};

Steps steps_of(const Shape& shape, const Steps& extents) {
  Steps steps{};
  std::size_t step = 1;
  for (std::size_t back = 0; back < shape.rank(); ++back) {
    const std::size_t axis = Shape::kMaxRank - 1 - back;
    const std::size_t extent = shape[shape.rank() - 1 - back];
    steps[axis] = extent == 1 && extents[axis] != 1 ? 0 : step;
    step *= extent;
  }
  return steps;
}

// Calls body(index of y, index of a, index of b) for every element, in order.
template <class Body>
void for_each(const Record& r, Body&& body) {
  std::size_t y = 0;
  for (std::size_t i = 0; i < r.extents[0]; ++i) {
    for (std::size_t j = 0; j < r.extents[1]; ++j) {
      for (std::size_t k = 0; k < r.extents[2]; ++k) {
        const std::size_t a = i * r.a_steps[0] + j * r.a_steps[1] + k * r.a_steps[2];
        const std::size_t b = i * r.b_steps[0] + j * r.b_steps[1] + k * r.b_steps[2];
        for (std::size_t l = 0; l < r.extents[3]; ++l, ++y)
          body(y, a + l * r.a_steps[3], b + l * r.b_steps[3]);
      }
    }
  }
}

struct Add {
  static Real value(Real a, Real b) { return a + b; }
  static Real by_a(Real, Real) { return 1; }
  static Real by_b(Real, Real) { return 1; }
};
struct Subtract {
  static Real value(Real a, Real b) { return a - b; }
  static Real by_a(Real, Real) { return 1; }
  static Real by_b(Real, Real) { return -1; }
};
struct Multiply {
  static Real value(Real a, Real b) { return a * b; }
  static Real by_a(Real, Real b) { return b; }
  static Real by_b(Real a, Real) { return a; }
};
struct Divide {
  static Real value(Real a, Real b) { return a / b; }
  static Real by_a(Real, Real b) { return 1 / b; }
  static Real by_b(Real a, Real b) { return -a / (b * b); }
};

template <class Op>
void backward(Tape& tape, const Record& r) {
  const Real* const dy = tape.output_gradient(r.y);
  if (dy == nullptr) return;
  const Real* const a = tape.data(r.a);
  const Real* const b = tape.data(r.b);
  if (Real* const da = tape.zeroed_input_gradient(r.a)) {
    for_each(r, [&](std::size_t y, std::size_t i, std::size_t j) { da[i] += dy[y] * Op::by_a(a[i], b[j]); });
  }
  if (Real* const db = tape.zeroed_input_gradient(r.b)) {
    for_each(r, [&](std::size_t y, std::size_t i, std::size_t j) { db[j] += dy[y] * Op::by_b(a[i], b[j]); });
  }
}

template <class Op>
Var apply(Tape& tape, const char* name, Var a, Var b) {
  const Shape &left = tape.shape(a), &right = tape.shape(b);
  Record r{a, b, {}, {}, {}, {}};
  r.extents.fill(1);
  Shape shape;
  const std::size_t rank = std::max(left.rank(), right.rank());
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const auto extent = [&](const Shape& s) {
      return axis + s.rank() < rank ? 1 : s[axis + s.rank() - rank];
    };
    const std::size_t l = extent(left), m = extent(right);
    if (l != m && l != 1 && m != 1) throw_shape_error(name, "right argument", right, left);
    shape.push_back(l == 1 ? m : l);
    r.extents[Shape::kMaxRank - rank + axis] = shape.back();
  }
  r.a_steps = steps_of(left, r.extents);
  r.b_steps = steps_of(right, r.extents);
  r.y = tape.output(shape, {a, b});
  const Real* const from_a = tape.data(a);
  const Real* const from_b = tape.data(b);
  Real* const to = tape.mutable_data(r.y);
  for_each(r, [&](std::size_t y, std::size_t i, std::size_t j) { to[y] = Op::value(from_a[i], from_b[j]); });
  tape.node<backward<Op>>(r, r.y);
  return r.y;
}

}  // namespace

Var add(Tape& tape, Var a, Var b) { return apply<Add>(tape, "add", a, b); }
Var subtract(Tape& tape, Var a, Var b) { return apply<Subtract>(tape, "subtract", a, b); }
Var multiply(Tape& tape, Var a, Var b) { return apply<Multiply>(tape, "multiply", a, b); }
Var divide(Tape& tape, Var a, Var b) { return apply<Divide>(tape, "divide", a, b); }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
