// Gradient descent, with classical momentum (Polyak 1964; Sutskever et al. 2013, equations (1) and (2)):
//   v <- momentum v - rate g
//   w <- w + v
// Without momentum there is no velocity: w <- w - rate g.
#pragma once

#include "framework/training/optimizer.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Sgd final : public Optimizer {
 public:
  explicit Sgd(double momentum);
  std::span<const std::string_view> state_names() const override;  // velocity v, or none
  void update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
              const UpdateStep& step) const override;

 private:
  double momentum_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
