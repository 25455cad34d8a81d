// Which examples of a task are traced.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/trained_net.hpp"
#include "experiments/variations.hpp"

namespace tapehead {

/// Traces examples of each variation ("length_50"); for the training distribution the task's own probes, which are the
/// stimuli of published figures, or without those examples of it ("sample"). Writes them into the run's /traces and
/// returns their names. Throws UsageError, IoError.
std::vector<std::string> record_probes(TrainedNet& net, const std::vector<Variation>& variations,
                                       std::size_t examples);

}  // namespace tapehead
