#include "framework/nn/initializers.hpp"

#include <algorithm>
#include <cmath>

namespace tapehead::inline TAPEHEAD_PRECISION::initial {

Initializer constant(Real value) {
  return [value](Draws&, const Shape&, std::span<Real> values) {
    std::fill(values.begin(), values.end(), value);
  };
}

Initializer uniform(double bound) {
  return [bound](Draws& draws, const Shape&, std::span<Real> values) {
    for (Real& value : values) value = static_cast<Real>(bound * (2 * draws.uniform() - 1));
  };
}

Initializer normal(double standard_deviation) {
  return [standard_deviation](Draws& draws, const Shape&, std::span<Real> values) {
    for (Real& value : values) value = static_cast<Real>(standard_deviation * draws.normal());
  };
}

Initializer glorot(bool bias, std::size_t units) {
  return [bias, units](Draws& draws, const Shape& shape, std::span<Real> values) {
    const std::size_t inputs = shape[0] - (bias ? 1 : 0);
    const std::size_t outputs = units == 0 ? shape[1] : units;
    const double bound = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
    uniform(bound)(draws, shape, values.first(inputs * shape[1]));
    std::fill(values.begin() + static_cast<std::ptrdiff_t>(inputs * shape[1]), values.end(), Real(0));
  };
}

Initializer lstm(double forget) {
  return [forget](Draws& draws, const Shape& shape, std::span<Real> values) {
    const std::size_t units = shape[1] / 4;
    glorot(true, units)(draws, shape, values);
    const std::span<Real> bias = values.last(shape[1]);
    std::fill_n(bias.begin() + static_cast<std::ptrdiff_t>(units), units, static_cast<Real>(forget));
  };
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::initial
