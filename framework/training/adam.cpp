#include "framework/training/adam.hpp"

#include <cmath>

#include "framework/training/optimizer_kernel.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kState[] = {"mean", "mean_square"};

}  // namespace

Adam::Adam(double beta1, double beta2, double epsilon) : beta1_(beta1), beta2_(beta2), epsilon_(epsilon) {}

std::span<const std::string_view> Adam::state_names() const { return kState; }

TAPEHEAD_KERNEL void Adam::update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                                  const UpdateStep& step) const {
  const double t = static_cast<double>(step.step);
  const Vec beta1(static_cast<Real>(beta1_));
  const Vec beta2(static_cast<Real>(beta2_));
  const Vec renewal1(static_cast<Real>(1 - beta1_));
  const Vec renewal2(static_cast<Real>(1 - beta2_));
  const Vec corrected_rate(static_cast<Real>(step.learning_rate / (1 - std::pow(beta1_, t))));
  const Vec correction2(static_cast<Real>(1 / (1 - std::pow(beta2_, t))));
  const Vec epsilon(static_cast<Real>(epsilon_));
  update_range<2>(
      arrays, begin, end, step, [&](const Vec& gradient, Vec& parameter, std::array<Vec, 2>& state) {
        auto& [mean, mean_square] = state;
        mean = beta1 * mean + renewal1 * gradient;
        mean_square = beta2 * mean_square + renewal2 * gradient * gradient;
        parameter -= corrected_rate * mean * inverse_of_sqrt_plus(mean_square * correction2, epsilon);
      });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
