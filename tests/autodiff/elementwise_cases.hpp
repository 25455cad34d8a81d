// The elementwise ops beside the standard library's functions.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "framework/autodiff/elementwise.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/tensor_matcher.hpp"

namespace tapehead::testing {

struct ElementwiseCase {
  const char* name;
  std::function<Var(Tape&, Var)> op;
  std::function<double(double)> exact;
  bool positive;  // defined for positive arguments only
};

inline std::vector<ElementwiseCase> elementwise_cases() {
  return {
      {"exp", [](Tape& t, Var x) { return exp(t, x); }, [](double x) { return std::exp(x); }, false},
      {"log", [](Tape& t, Var x) { return log(t, x); }, [](double x) { return std::log(x); }, true},
      {"sqrt", [](Tape& t, Var x) { return sqrt(t, x); }, [](double x) { return std::sqrt(x); }, true},
      {"tanh", [](Tape& t, Var x) { return tanh(t, x); }, [](double x) { return std::tanh(x); }, false},
      {"sigmoid", [](Tape& t, Var x) { return sigmoid(t, x); },
       [](double x) { return 1 / (1 + std::exp(-x)); }, false},
      {"softplus", [](Tape& t, Var x) { return softplus(t, x); },
       [](double x) { return std::log1p(std::exp(x)); }, false},
      {"relu", [](Tape& t, Var x) { return relu(t, x); }, [](double x) { return x > 0 ? x : 0; }, false},
      {"affine", [](Tape& t, Var x) { return affine(t, x, -3, Real(0.5)); },
       [](double x) { return -3 * x + 0.5; }, false},
      {"clamp", [](Tape& t, Var x) { return clamp(t, x, Real(0.75)); },
       [](double x) { return x > 0.75    ? 0.75
                             : x < -0.75 ? -0.75
                                         : x; }, false},
  };
}

inline void check_elementwise_values() {
  for (const ElementwiseCase& c : elementwise_cases()) {
    for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 33U}) {
      INFO(c.name << " of " << n << " numbers");
      std::vector<Real> x = random_values(n, c.name);
      std::vector<double> expected;
      for (Real& v : x) {
        if (c.positive) v = std::abs(v) + Real(0.1);
        expected.push_back(c.exact(static_cast<double>(v)));
      }
      Tape tape;
      tape.reset({});
      const Var y = c.op(tape, tape.constant(x, {n}));
      CHECK(tape.shape(y) == Shape{n});
      CHECK_THAT(tape.value(y),
                 close_to(expected, 8 * static_cast<double>(std::numeric_limits<Real>::epsilon())));
    }
  }
}

}  // namespace tapehead::testing
