#include "framework/nn/parameters.hpp"

#include <algorithm>
#include <stdexcept>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {
constexpr std::size_t kLargestParameter = std::size_t{1} << 40;  // bytes
}

Var Parameters::add(std::string path, const Shape& shape, Initializer initializer, bool trained) {
  if (memory_) throw std::logic_error("Parameters: '" + path + "' comes after complete()");
  const bool taken =
      std::any_of(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.path == path; });
  if (taken) throw std::invalid_argument("Parameters: there are two of the name '" + path + "'");
  std::size_t size = sizeof(Real);
  for (const std::size_t extent : shape) {
    if (__builtin_mul_overflow(size, extent, &size) || size > kLargestParameter) {
      throw UsageError("parameter " + path + " of shape " + to_string(shape) + " is too large");
    }
  }
  parameters_.push_back({std::move(path), shape, std::move(initializer), trained, flat_size_});
  flat_size_ += padded(shape.size());
  return Var{static_cast<std::uint32_t>(parameters_.size() - 1)};
}

void Parameters::complete(std::uint64_t seed) {
  memory_ = aligned_new(flat_size_ * sizeof(Real));
  std::fill_n(flat_data(), flat_size_, Real(0));
  const RandomStream stream(seed, "initial");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    Draws draws = stream.child(parameter.path).draws();
    parameter.initializer(draws, parameter.shape, values(Var{static_cast<std::uint32_t>(i)}));
  }
}

std::span<Real> Parameters::values(Var v) {
  const Parameter& parameter = parameters_.at(v.id);
  return {flat_data() + parameter.offset, parameter.shape.size()};
}

std::span<const Real> Parameters::values(Var v) const {
  const Parameter& parameter = parameters_.at(v.id);
  return {flat_data() + parameter.offset, parameter.shape.size()};
}

std::size_t Parameters::count() const {
  std::size_t total = 0;
  for (const Parameter& parameter : parameters_) total += parameter.trained ? parameter.shape.size() : 0;
  return total;
}

std::vector<Leaf> Parameters::leaves(Real* gradients) {
  std::vector<Leaf> result;
  for (const Parameter& p : parameters_) {
    result.push_back({flat_data() + p.offset,
                      gradients != nullptr && p.trained ? gradients + p.offset : nullptr, p.shape});
  }
  return result;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
