// How well a trained net does, also on sequences of lengths it was never trained on.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <vector>

#include "experiments/trained_net.hpp"

namespace tapehead {

/// Mean costs of a sequence; `length` 0 stands for the training distribution.
struct LengthResult {
  std::size_t length;
  double loss;   // bit or nat
  double wrong;  // bits or classes
};

/// Evaluates on `sequences` sequences of each length, the same ones for every net, and of the training distribution if
/// no length is given. Throws UsageError if the task has no such length.
std::vector<LengthResult> evaluate_lengths(TrainedNet& net, const std::vector<std::size_t>& lengths,
                                           std::size_t sequences, std::size_t threads);

/// Writes the results into the run's /metrics/eval at the net's training step: columns bits_length_20 and
/// wrong_bits_length_20, or bits_trained and wrong_bits_trained for the training distribution (nats and wrong_classes
/// for classes). What the run itself measured stays as it is. Throws IoError.
void record_results(const TrainedNet& net, const std::vector<LengthResult>& results);

/// The results as a table.
void write_results(std::ostream& out, Loss loss, const std::vector<LengthResult>& results);

}  // namespace tapehead
