#include "framework/training/snapshot.hpp"

#include <algorithm>

#include "framework/tensor/finite_range.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Snapshot::Snapshot(std::span<const std::string_view> state_names, std::size_t size)
    : names_{"rollback/parameters"}, arrays_(state_names.size() + 1, std::vector<Real>(size)) {
  for (const std::string_view name : state_names) names_.push_back("rollback/" + std::string(name));
}

bool Snapshot::take(std::span<const Real> parameters, std::span<const Real* const> state) {
  const std::size_t size = parameters.size();
  const bool finite =
      all_finite(parameters) && std::all_of(state.begin(), state.end(), [&](const Real* array) {
        return all_finite({array, size});
      });
  if (!finite) return false;
  std::ranges::copy(parameters, arrays_[0].begin());
  for (std::size_t i = 0; i < state.size(); ++i) std::copy_n(state[i], size, arrays_[i + 1].begin());
  return true;
}

void Snapshot::restore(std::span<Real> parameters, std::span<Real* const> state) const {
  std::ranges::copy(arrays_[0], parameters.begin());
  for (std::size_t i = 0; i < state.size(); ++i) std::ranges::copy(arrays_[i + 1], state[i]);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
