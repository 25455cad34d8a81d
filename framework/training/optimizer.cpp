#include "framework/training/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "framework/tensor/error.hpp"
#include "framework/training/adam.hpp"
#include "framework/training/rmsprop.hpp"
#include "framework/training/sgd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr double kNone = OptimizerOptions::kOwnDefault;

struct Entry {
  std::string_view name;
  double learning_rate, momentum, decay, epsilon, beta1, beta2;  // defaults; NaN: has none
  std::unique_ptr<Optimizer> (*make)(const OptimizerOptions&);
};

constexpr Entry kOptimizers[] = {
    {"rmsprop_graves", 1e-4, 0.9, 0.95, 1e-4, kNone, kNone,
     [](const OptimizerOptions& o) -> std::unique_ptr<Optimizer> {
       return std::make_unique<GravesRmsProp>(o.decay, o.momentum, o.epsilon);
     }},
    {"rmsprop", 1e-4, 0.9, 0.95, 1e-8, kNone, kNone,
     [](const OptimizerOptions& o) -> std::unique_ptr<Optimizer> {
       return std::make_unique<RmsProp>(o.decay, o.momentum, o.epsilon);
     }},
    {"adam", 1e-3, kNone, kNone, 1e-8, 0.9, 0.999,
     [](const OptimizerOptions& o) -> std::unique_ptr<Optimizer> {
       return std::make_unique<Adam>(o.beta1, o.beta2, o.epsilon);
     }},
    {"sgd", 1e-2, 0, kNone, kNone, kNone, kNone,
     [](const OptimizerOptions& o) -> std::unique_ptr<Optimizer> {
       return std::make_unique<Sgd>(o.momentum);
     }},
};

const Entry& find(const std::string& name) {
  const auto* const found = std::ranges::find(kOptimizers, name, &Entry::name);
  if (found == std::end(kOptimizers)) {
    throw UsageError("training.optimizer: there is no '" + name +
                     "'; it is one of rmsprop_graves, rmsprop, adam, sgd");
  }
  return *found;
}

}  // namespace

void OptimizerOptions::resolve() {
  const Entry& entry = find(optimizer);
  const auto fill = [&](const char* key, double& value, double own_default) {
    if (std::isnan(value)) {
      value = own_default;
    } else if (std::isnan(own_default)) {
      throw UsageError("training." + std::string(key) + " means nothing to the optimizer " + optimizer);
    }
  };
  fill("learning_rate", learning_rate, entry.learning_rate);
  fill("momentum", momentum, entry.momentum);
  fill("decay", decay, entry.decay);
  fill("epsilon", epsilon, entry.epsilon);
  fill("beta1", beta1, entry.beta1);
  fill("beta2", beta2, entry.beta2);
  // What would make the first update infinite or nothing but the past.
  const auto refuse = [&](const char* key, double value, bool bad, const char* expected) {
    if (!bad) return;
    throw UsageError("training." + std::string(key) + " = " + std::to_string(value) + ": expected " +
                     expected);
  };
  refuse("learning_rate", learning_rate, std::isinf(learning_rate), "a finite number");
  refuse("momentum", momentum, momentum >= 1, "less than 1");
  refuse("decay", decay, decay >= 1, "less than 1");
  refuse("beta1", beta1, beta1 >= 1, "less than 1");
  refuse("beta2", beta2, beta2 >= 1, "less than 1");
  refuse("epsilon", epsilon, optimizer == "rmsprop_graves" && epsilon <= 0, "more than 0");
}

std::unique_ptr<Optimizer> make_optimizer(OptimizerOptions options) {
  options.resolve();
  return find(options.optimizer).make(options);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
