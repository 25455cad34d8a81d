// Weights as the library has them: the file's [outputs, inputs] transposed, for several inputs under each other, with
// the bias as the last row.
#pragma once

#include <optional>
#include <vector>

#include "framework/tensor/shape.hpp"
#include "tests/golden/golden_run.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class StackedWeight {
 public:
  /// Each part [outputs, inputs of the part], bias [outputs].
  explicit StackedWeight(const std::vector<testing::GoldenArray>& parts,
                         const std::optional<testing::GoldenArray>& bias = {})
      : outputs_(parts.at(0).extents[0]), bias_(bias) {
    for (const testing::GoldenArray& part : parts) {
      widths_.push_back(part.extents[1]);
      for (std::size_t i = 0; i < part.extents[1]; ++i) {
        for (std::size_t o = 0; o < outputs_; ++o)
          values_.push_back(static_cast<Real>(part.values[o * part.extents[1] + i]));
      }
    }
    if (bias) {
      for (const double value : bias->values) values_.push_back(static_cast<Real>(value));
    }
  }

  Shape shape() const { return {values_.size() / outputs_, outputs_}; }
  const std::vector<Real>& values() const { return values_; }

  /// A gradient of this shape as gradients of the parts and, last, of the bias, in the file's layout.
  std::vector<std::vector<double>> split(const std::vector<double>& gradient) const {
    std::vector<std::vector<double>> result;
    std::size_t row = 0;
    for (const std::size_t width : widths_) {
      std::vector<double>& part = result.emplace_back();
      for (std::size_t o = 0; o < outputs_; ++o) {
        for (std::size_t i = 0; i < width; ++i) part.push_back(gradient[(row + i) * outputs_ + o]);
      }
      row += width;
    }
    if (bias_) result.emplace_back(gradient.end() - static_cast<std::ptrdiff_t>(outputs_), gradient.end());
    return result;
  }

 private:
  std::size_t outputs_;
  std::vector<std::size_t> widths_;
  std::optional<testing::GoldenArray> bias_;
  std::vector<Real> values_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
