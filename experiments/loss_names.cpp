#include "experiments/loss_names.hpp"

namespace tapehead {

const LossNames& names_of(Loss loss) {
  static constexpr LossNames kBits{.unit = "bit",
                                   .costs = "bits",
                                   .cost_column = "bits",
                                   .error_unit = "bit",
                                   .errors = "wrong bits per sequence",
                                   .error_column = "wrong_bits"};
  static constexpr LossNames kNats{.unit = "nat",
                                   .costs = "nats",
                                   .cost_column = "nats",
                                   .error_unit = "1",
                                   .errors = "wrong answers per question",
                                   .error_column = "wrong_classes"};
  static constexpr LossNames kRanks{.unit = "1",
                                    .costs = "ranking loss",
                                    .cost_column = "ranking_loss",
                                    .error_unit = "1",
                                    .errors = "wrong answers per question",
                                    .error_column = "wrong_classes"};
  return loss == Loss::bits ? kBits : loss == Loss::classes ? kNats : kRanks;
}

std::string with_unit(const std::string& number, const std::string& unit) {
  return unit == "1" ? number : number + " " + unit;
}

}  // namespace tapehead
