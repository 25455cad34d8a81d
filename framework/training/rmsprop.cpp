#include "framework/training/rmsprop.hpp"

#include "framework/training/optimizer_kernel.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kGravesState[] = {"mean_square", "mean", "velocity"};
constexpr std::string_view kState[] = {"mean_square", "velocity"};

}  // namespace

GravesRmsProp::GravesRmsProp(double decay, double momentum, double epsilon)
    : decay_(decay), momentum_(momentum), epsilon_(epsilon) {}

std::span<const std::string_view> GravesRmsProp::state_names() const { return kGravesState; }

TAPEHEAD_KERNEL void GravesRmsProp::update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                                           const UpdateStep& step) const {
  const Vec decay(static_cast<Real>(decay_));
  const Vec renewal(static_cast<Real>(1 - decay_));
  const Vec momentum(static_cast<Real>(momentum_));
  const Vec epsilon(static_cast<Real>(epsilon_));
  const Vec rate(static_cast<Real>(step.learning_rate));
  const Vec zero(Real(0));
  update_range<3>(
      arrays, begin, end, step, [&](const Vec& gradient, Vec& parameter, std::array<Vec, 3>& state) {
        auto& [mean_square, mean, velocity] = state;
        mean_square = decay * mean_square + renewal * gradient * gradient;  // Eq. (38)
        mean = decay * mean + renewal * gradient;                           // Eq. (39)
        const Vec variance = at_least(mean_square - mean * mean, zero);     // below 0 by rounding alone
        velocity = momentum * velocity - rate * gradient * inverse_sqrt(variance + epsilon);  // Eq. (40)
        parameter += velocity;                                                                // Eq. (41)
      });
}

RmsProp::RmsProp(double decay, double momentum, double epsilon)
    : decay_(decay), momentum_(momentum), epsilon_(epsilon) {}

std::span<const std::string_view> RmsProp::state_names() const { return kState; }

TAPEHEAD_KERNEL void RmsProp::update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                                     const UpdateStep& step) const {
  const Vec decay(static_cast<Real>(decay_));
  const Vec renewal(static_cast<Real>(1 - decay_));
  const Vec momentum(static_cast<Real>(momentum_));
  const Vec epsilon(static_cast<Real>(epsilon_));
  const Vec rate(static_cast<Real>(step.learning_rate));
  update_range<2>(arrays, begin, end, step,
                  [&](const Vec& gradient, Vec& parameter, std::array<Vec, 2>& state) {
                    auto& [mean_square, velocity] = state;
                    mean_square = decay * mean_square + renewal * gradient * gradient;
                    velocity = momentum * velocity + gradient * inverse_of_sqrt_plus(mean_square, epsilon);
                    parameter -= rate * velocity;
                  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
