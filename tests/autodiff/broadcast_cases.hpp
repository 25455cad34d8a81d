// Broadcasting as numpy defines it, element by element.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include "framework/autodiff/broadcast.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

struct BinaryCase {
  const char* name;
  Var (*op)(Tape&, Var, Var);
  double (*exact)(double, double);
};

inline std::vector<BinaryCase> binary_cases() {
  return {{"add", add, [](double a, double b) { return a + b; }},
          {"subtract", subtract, [](double a, double b) { return a - b; }},
          {"multiply", multiply, [](double a, double b) { return a * b; }},
          {"divide", divide, [](double a, double b) { return a / b; }}};
}

struct BroadcastCase {
  Shape a, b, result;
};

inline std::vector<BroadcastCase> broadcast_cases() {
  return {{{}, {}, {}},
          {{5}, {}, {5}},
          {{}, {2, 3}, {2, 3}},
          {{1}, {1}, {1}},
          {{17}, {17}, {17}},
          {{2, 33}, {2, 33}, {2, 33}},
          {{3, 4}, {4}, {3, 4}},
          {{4}, {3, 4}, {3, 4}},
          {{3, 1}, {3, 4}, {3, 4}},
          {{3, 1}, {1, 4}, {3, 4}},
          {{1, 4}, {3, 1}, {3, 4}},
          {{3, 1}, {4}, {3, 4}},
          {{2, 1, 3}, {4, 1}, {2, 4, 3}},
          {{2, 3, 4, 5}, {3, 1, 5}, {2, 3, 4, 5}},
          {{1, 3, 1, 5}, {2, 1, 4, 1}, {2, 3, 4, 5}}};
}

// Where element `index` of a broadcast result comes from in an argument of shape `from`.
inline std::size_t source_index(std::size_t index, const Shape& result, const Shape& from) {
  std::size_t source = 0, step = 1;
  for (std::size_t back = 1; back <= result.rank(); ++back) {
    const std::size_t extent = result[result.rank() - back];
    const std::size_t at = index % extent;
    index /= extent;
    if (back > from.rank()) continue;
    source += at % from[from.rank() - back] * step;
    step *= from[from.rank() - back];
  }
  return source;
}

inline void check_broadcast_values() {
  for (const BinaryCase& c : binary_cases()) {
    for (const BroadcastCase& shapes : broadcast_cases()) {
      INFO(c.name << " of " << to_string(shapes.a) << " and " << to_string(shapes.b));
      const std::vector<Real> a = random_values(shapes.a.size(), "a");
      std::vector<Real> b = random_values(shapes.b.size(), "b");
      for (Real& x : b) x += x > 0 ? 1 : -1;  // far from a division by zero
      std::vector<double> expected;
      for (std::size_t i = 0; i < shapes.result.size(); ++i) {
        expected.push_back(c.exact(static_cast<double>(a[source_index(i, shapes.result, shapes.a)]),
                                   static_cast<double>(b[source_index(i, shapes.result, shapes.b)])));
      }
      Tape tape;
      tape.reset({});
      const Var y = c.op(tape, tape.constant(a, shapes.a), tape.constant(b, shapes.b));
      CHECK(tape.shape(y) == shapes.result);
      CHECK_THAT(tape.value(y),
                 close_to(expected, 4 * static_cast<double>(std::numeric_limits<Real>::epsilon())));
    }
  }
}

}  // namespace tapehead::testing
