// Tasks of other sizes than those of training: what --task.length=10,20 --task.repeats=5,10 ask for.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/command_line.hpp"
#include "framework/data/task.hpp"

namespace tapehead {

/// One choice of quantities. Without any it is the training distribution.
struct Variation {
  std::vector<std::pair<std::string, std::size_t>> quantities;  // {"length", 20}, {"repeats", 10}

  bool trained() const { return quantities.empty(); }
  /// For columns and traces: "length_20_repeats_10", or "trained".
  std::string name() const;
  /// For people: "length 20, repeats 10", or "as in training".
  std::string text() const;
  /// The task so varied, nullptr for the training distribution. Throws UsageError if it has no such quantity, or not of
  /// this value.
  std::unique_ptr<Task> of(const Task& task) const;
};

/// The options of a command that takes variations: task.length, task.repeats and task.task.
std::vector<Option> variation_options();

/// Every combination of the values that were given, the first option's changing slowest; the training distribution alone
/// if none were. Throws UsageError at a list that is not one of positive numbers.
std::vector<Variation> parse_variations(const Arguments& arguments);

/// One variation for each length.
std::vector<Variation> lengths(std::span<const std::size_t> values);

}  // namespace tapehead
