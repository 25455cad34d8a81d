#include "experiments/loss_names.hpp"

namespace tapehead {

const LossNames& names_of(Loss loss) {
  static constexpr LossNames kBits{.unit = "bit",
                                   .costs = "bits",
                                   .error_unit = "bit",
                                   .errors = "wrong bits",
                                   .error_column = "wrong_bits"};
  static constexpr LossNames kNats{.unit = "nat",
                                   .costs = "nats",
                                   .error_unit = "1",
                                   .errors = "wrong classes",
                                   .error_column = "wrong_classes"};
  return loss == Loss::bits ? kBits : kNats;
}

}  // namespace tapehead
