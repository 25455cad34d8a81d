#include "framework/training/sgd.hpp"

#include "framework/training/optimizer_kernel.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kState[] = {"velocity"};

}  // namespace

Sgd::Sgd(double momentum) : momentum_(momentum) {}

std::span<const std::string_view> Sgd::state_names() const {
  if (momentum_ == 0) return {};
  return kState;
}

TAPEHEAD_KERNEL void Sgd::update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                                 const UpdateStep& step) const {
  const Vec rate(static_cast<Real>(step.learning_rate));
  if (momentum_ == 0) {
    update_range<0>(arrays, begin, end, step, [&](const Vec& gradient, Vec& parameter, std::array<Vec, 0>&) {
      parameter -= rate * gradient;
    });
    return;
  }
  const Vec momentum(static_cast<Real>(momentum_));
  update_range<1>(arrays, begin, end, step,
                  [&](const Vec& gradient, Vec& parameter, std::array<Vec, 1>& state) {
                    auto& [velocity] = state;
                    velocity = momentum * velocity - rate * gradient;
                    parameter += velocity;
                  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
