// How nets are trained on stories in tests, as in Sukhbaatar et al. 2015, section 4.2.
#pragma once

#include <limits>

#include "framework/training/training_options.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline TrainingOptions story_options(std::size_t steps) {
  TrainingOptions options;
  options.steps = steps;
  options.batch = 32;
  options.shards = 1;
  options.cost = "sum";
  options.optimizer.optimizer = "sgd";
  options.optimizer.momentum = 0;
  options.optimizer.learning_rate = 0.01;
  options.clipping.clip_gradient = std::numeric_limits<double>::infinity();
  return options;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
