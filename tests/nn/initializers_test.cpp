#include "framework/nn/initializers.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

std::vector<double> drawn(const Initializer& initializer, const Shape& shape) {
  Parameters parameters;
  const Var v = parameters.add("a", shape, initializer);
  parameters.complete(1);
  const std::span<const Real> values = parameters.values(v);
  return {values.begin(), values.end()};
}

struct Statistics {
  double lowest, highest, mean, deviation;
};

Statistics statistics(std::span<const double> x) {
  Statistics s{*std::min_element(x.begin(), x.end()), *std::max_element(x.begin(), x.end()), 0, 0};
  for (const double v : x) s.mean += v / static_cast<double>(x.size());
  for (const double v : x) s.deviation += (v - s.mean) * (v - s.mean) / static_cast<double>(x.size());
  s.deviation = std::sqrt(s.deviation);
  return s;
}

// Uniform on ±bound: fills the range to its ends, and with the standard deviation bound / √3.
void check_uniform(std::span<const double> x, double bound) {
  const Statistics s = statistics(x);
  CHECK(s.lowest >= -bound);
  CHECK(s.highest <= bound);
  CHECK(s.lowest < -0.98 * bound);
  CHECK(s.highest > 0.98 * bound);
  CHECK(std::abs(s.mean) < 0.05 * bound);
  CHECK(s.deviation == Approx(bound / std::sqrt(3.0)).epsilon(0.05));
}

}  // namespace

TEST_CASE("constant, uniform and normal starting values are what they say", "[initializers]") {
  for (const double x : drawn(initial::constant(Real(0.5)), {100})) CHECK(x == 0.5);
  check_uniform(drawn(initial::uniform(0.1), {10'000}), 0.1);
  const Statistics normal = statistics(drawn(initial::normal(0.2), {10'000}));
  CHECK(std::abs(normal.mean) < 0.01);
  CHECK(normal.deviation == Approx(0.2).epsilon(0.05));
  CHECK(normal.highest > 0.5);  // beyond 2.5 standard deviations
}

TEST_CASE("Glorot's weights are uniform on ±√(6 / (inputs + outputs)), biases zero", "[initializers]") {
  const std::vector<double> plain = drawn(initial::glorot(false), {60, 90});
  check_uniform(plain, 0.2);  // √(6 / 150)
  const std::vector<double> with_bias = drawn(initial::glorot(true), {61, 90});
  check_uniform(std::span(with_bias).first(60 * 90), 0.2);
  for (const double x : std::span(with_bias).last(90)) CHECK(x == 0);
  // Of four gates of 90 units, one counts.
  check_uniform(drawn(initial::glorot(false, 90), {60, 360}), 0.2);
}

TEST_CASE("an LSTM starts with Glorot's weights for each gate and with its forget gates open",
          "[initializers]") {
  constexpr std::size_t kUnits = 90;
  const std::vector<double> weight = drawn(initial::lstm(1.5), {61, 4 * kUnits});
  check_uniform(std::span(weight).first(60 * 4 * kUnits), 0.2);
  const std::span<const double> bias = std::span(weight).last(4 * kUnits);
  for (std::size_t i = 0; i < bias.size(); ++i) CHECK(bias[i] == (i / kUnits == 1 ? 1.5 : 0));
}
