// Adam: Kingma and Ba 2015, arXiv:1412.6980, Algorithm 1, with both bias corrections:
//   m <- beta1 m + (1 - beta1) g
//   v <- beta2 v + (1 - beta2) g^2
//   w <- w - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
#pragma once

#include "framework/training/optimizer.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Adam final : public Optimizer {
 public:
  Adam(double beta1, double beta2, double epsilon);
  std::span<const std::string_view> state_names() const override;  // mean m, mean_square v
  void update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
              const UpdateStep& step) const override;

 private:
  double beta1_;
  double beta2_;
  double epsilon_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
