#include "framework/autodiff/gradient_pool.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void GradientPool::grow(std::size_t n) {
  const std::size_t index = bucket(n);
  const std::size_t bytes = (std::size_t{1} << index) * kAlignment;
  memory_.push_back(aligned_new(bytes));
  free_[index].push_back(reinterpret_cast<Real*>(memory_.back().get()));
  // give() must never allocate: the list can hold every buffer of its size there is.
  free_[index].reserve(++made_[index]);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
