// How well a trained net does, also on sequences of sizes it was never trained on.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "experiments/trained_net.hpp"
#include "experiments/variations.hpp"

namespace tapehead {

/// Mean costs of a sequence.
struct VariationResult {
  Variation variation;
  std::optional<Split> split;  // which questions they are, where a task stores its examples
  double loss;                 // bit or nat
  double wrong;                // bits or classes
  double optimum;              // bit or nat, the least loss there can be; NaN: not known
  std::string data = "";       // of which other stories they are, as columns have it; empty: the task's own
  double most_frequent =
      std::numeric_limits<double>::quiet_NaN();  // wrong classes, if the most frequent answer is given
};

/// Evaluates on `sequences` sequences of each variation, the same ones for every net; where the task stores its examples,
/// on all of its test set or, if it is given, of another split. Of stories it is also measured what the most frequent answer
/// of their training questions is worth. Throws UsageError if the task has no such variation or split.
std::vector<VariationResult> evaluate_variations(TrainedNet& net, const std::vector<Variation>& variations,
                                                 std::size_t sequences, std::size_t threads,
                                                 std::optional<Split> split = std::nullopt);

/// The same, unless `stop`, which is asked now and then, says so: then nothing.
std::optional<std::vector<VariationResult>> evaluate_variations(TrainedNet& net,
                                                                const std::vector<Variation>& variations,
                                                                std::size_t sequences, std::size_t threads,
                                                                const std::function<bool()>& stop,
                                                                std::optional<Split> split = std::nullopt);

/// "train", "validation" or "test". Throws UsageError for another name.
Split parse_split(const std::string& name);

/// Writes the results into the run's /metrics/eval at the net's training step: columns bits_length_20,
/// wrong_bits_length_20 and, if the least loss is not simply 0, optimum_length_20; bits_trained and so on for the training
/// distribution (nats and wrong_classes for classes); nats_test and so on for a stored set, nats_test_task_2, of other
/// stories nats_test_en_task_2, and beside them most_frequent_wrong_test. What the run itself measured stays as it is.
/// Throws IoError.
void record_results(const TrainedNet& net, const std::vector<VariationResult>& results);

/// The answers that a net gives to stored questions about stories, counted: /answers/test, /answers/test_task_2, named as the
/// columns are. Without any for another task. Throws IoError.
void record_answers(const TrainedNet& net, const std::vector<VariationResult>& results, std::size_t threads);

/// The results as a table.
void write_results(std::ostream& out, Loss loss, const std::vector<VariationResult>& results);

}  // namespace tapehead
