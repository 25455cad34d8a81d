#include "framework/autodiff/elementwise.hpp"

#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Each op is a function of a vector and its derivative, given argument x, result y and two constants.
struct Exp {
  static Vec value(Vec x, Vec, Vec) { return exp(x); }
  static Vec slope(Vec, Vec y, Vec, Vec) { return y; }
};
struct Log {
  static Vec value(Vec x, Vec, Vec) { return log(x); }
  static Vec slope(Vec x, Vec, Vec, Vec) { return Vec(Real(1)) / x; }
};
struct Sqrt {
  static Vec value(Vec x, Vec, Vec) { return xsimd::sqrt(x); }
  static Vec slope(Vec, Vec y, Vec, Vec) { return Vec(Real(0.5)) / y; }
};
struct Tanh {
  static Vec value(Vec x, Vec, Vec) { return tanh(x); }
  static Vec slope(Vec, Vec y, Vec, Vec) { return Vec(Real(1)) - y * y; }
};
struct Sigmoid {
  static Vec value(Vec x, Vec, Vec) { return sigmoid(x); }
  static Vec slope(Vec, Vec y, Vec, Vec) { return y * (Vec(Real(1)) - y); }
};
struct Softplus {
  static Vec value(Vec x, Vec, Vec) { return softplus(x); }
  static Vec slope(Vec x, Vec, Vec, Vec) { return sigmoid(x); }
};
struct Relu {
  static Vec value(Vec x, Vec, Vec) { return xsimd::select(x < Vec(Real(0)), Vec(Real(0)), x); }
  static Vec slope(Vec x, Vec, Vec, Vec) {
    return xsimd::select(x > Vec(Real(0)), Vec(Real(1)), Vec(Real(0)));
  }
};
struct Affine {
  static Vec value(Vec x, Vec factor, Vec offset) { return factor * x + offset; }
  static Vec slope(Vec, Vec, Vec factor, Vec) { return factor; }
};
struct Clamp {  // the comparisons let NaN through
  static Vec value(Vec x, Vec limit, Vec) {
    return xsimd::select(x > limit, limit, xsimd::select(x < -limit, -limit, x));
  }
  static Vec slope(Vec x, Vec, Vec limit, Vec) {
    return xsimd::select(xsimd::abs(x) > limit, Vec(Real(0)), Vec(Real(1)));
  }
};

// The gradient of Clamp would be nothing beyond the limit; here the part of it stays that leads back.
struct HoldWithin {
  static Vec value(Vec x, Vec limit, Vec none) { return Clamp::value(x, limit, none); }
  static Vec gradient(Vec dy, Vec x, Vec limit) {
    const Vec zero(Real(0));
    const Vec back = xsimd::select(dy * x < zero, zero, dy);  // what raises |x| in descent goes, NaN does not
    return xsimd::select(xsimd::abs(x) > limit, back, dy);
  }
};

// dy times the slope, unless an op has a gradient of its own.
template <class Op>
Vec gradient(Vec dy, Vec x, Vec y, Vec a, Vec b) {
  if constexpr (requires { Op::gradient(dy, x, a); }) {
    return Op::gradient(dy, x, a);
  } else {
    return dy * Op::slope(x, y, a, b);
  }
}

struct Record {
  Var x, y;
  Real a, b;
};

template <class Op>
TAPEHEAD_KERNEL void backward(Tape& tape, const Record& record) {
  const Real* const dy = tape.output_gradient(record.y);
  const GradientSlot slot = dy != nullptr ? tape.input_gradient(record.x) : GradientSlot{};
  if (!slot) return;
  const std::size_t n = tape.shape(record.x).size();
  const Real* const x = tape.data(record.x);
  const Real* const y = tape.data(record.y);
  const Vec a(record.a), b(record.b);
  for_each_vector(n, [&](std::size_t i, auto at) {
    const Vec dx = gradient<Op>(at.load(dy + i), at.load(x + i), at.load(y + i), a, b);
    at.store(slot.data + i, slot.fresh ? dx : at.load(slot.data + i) + dx);
  });
}

template <class Op>
TAPEHEAD_KERNEL Var apply(Tape& tape, Var x, Real a = 0, Real b = 0) {
  const Var y = tape.output(tape.shape(x), {x});
  const std::size_t n = tape.shape(x).size();
  const Real* const from = tape.data(x);
  Real* const to = tape.mutable_data(y);
  for_each_vector(
      n, [&](std::size_t i, auto at) { at.store(to + i, Op::value(at.load(from + i), Vec(a), Vec(b))); });
  tape.node<backward<Op>>(Record{x, y, a, b}, y);
  return y;
}

}  // namespace

Var exp(Tape& tape, Var x) { return apply<Exp>(tape, x); }
Var log(Tape& tape, Var x) { return apply<Log>(tape, x); }
Var sqrt(Tape& tape, Var x) { return apply<Sqrt>(tape, x); }
Var tanh(Tape& tape, Var x) { return apply<Tanh>(tape, x); }
Var sigmoid(Tape& tape, Var x) { return apply<Sigmoid>(tape, x); }
Var softplus(Tape& tape, Var x) { return apply<Softplus>(tape, x); }
Var relu(Tape& tape, Var x) { return apply<Relu>(tape, x); }
Var affine(Tape& tape, Var x, Real factor, Real offset) { return apply<Affine>(tape, x, factor, offset); }
Var clamp(Tape& tape, Var x, Real limit) { return apply<Clamp>(tape, x, limit); }
Var hold_within(Tape& tape, Var x, Real limit) { return apply<HoldWithin>(tape, x, limit); }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
