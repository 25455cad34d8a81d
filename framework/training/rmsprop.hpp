// RMSProp in the two forms the field uses.
//
// GravesRmsProp: Graves 2013, arXiv:1308.0850, equations (38) to (45), what the NTM was trained with. The
// mean square is centred, epsilon is added under the root, and the learning rate goes into the velocity:
//   n <- decay n + (1 - decay) e^2
//   g <- decay g + (1 - decay) e
//   v <- momentum v - rate e / sqrt(n - g^2 + epsilon)
//   w <- w + v
//
// RmsProp: not centred (Tieleman and Hinton 2012, Coursera lecture 6e, which has neither epsilon nor
// momentum), with the details of torch.optim.RMSprop: epsilon is added to the root, not under it, and the
// learning rate is applied to the velocity, so that a new rate acts on all of it at once:
//   n <- decay n + (1 - decay) e^2
//   v <- momentum v + e / (sqrt(n) + epsilon)
//   w <- w - rate v
#pragma once

#include "framework/training/optimizer.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class GravesRmsProp final : public Optimizer {
 public:
  GravesRmsProp(double decay, double momentum, double epsilon);
  std::span<const std::string_view> state_names() const override;  // mean_square n, mean g, velocity v
  void update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
              const UpdateStep& step) const override;

 private:
  double decay_;
  double momentum_;
  double epsilon_;
};

class RmsProp final : public Optimizer {
 public:
  RmsProp(double decay, double momentum, double epsilon);
  std::span<const std::string_view> state_names() const override;  // mean_square n, velocity v
  void update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
              const UpdateStep& step) const override;

 private:
  double decay_;
  double momentum_;
  double epsilon_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
