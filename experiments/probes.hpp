// Which examples of a task are traced.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/trained_net.hpp"

namespace tapehead {

/// Traces examples of each length ("length_50"); if no length is given the task's own probes, which are the stimuli of
/// published figures, or without those one example of the training distribution ("sample"). Writes them into the run's
/// /traces and returns their names. Throws UsageError, IoError.
std::vector<std::string> record_probes(TrainedNet& net, const std::vector<std::size_t>& lengths,
                                       std::size_t examples);

}  // namespace tapehead
