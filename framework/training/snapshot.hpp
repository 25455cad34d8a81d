// Parameters and optimiser state as they once were, to return to.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Snapshot {
 public:
  /// For arrays of `size` scalars each; all 0 until take().
  Snapshot(std::span<const std::string_view> state_names, std::size_t size);

  /// Names of the arrays, as they stand in checkpoints: "rollback/parameters", then "rollback/<state>" for each.
  std::span<const std::string> names() const { return names_; }
  std::span<Real> array(std::size_t index) { return arrays_[index]; }
  std::span<const Real> array(std::size_t index) const { return arrays_[index]; }

  /// Copies parameters and state, unless one of them is not finite: false, and the snapshot stays as it was.
  bool take(std::span<const Real> parameters, std::span<const Real* const> state);
  void restore(std::span<Real> parameters, std::span<Real* const> state) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<Real>> arrays_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
