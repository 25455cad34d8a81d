// What the layouts of sequence tasks are made of.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <xtensor/xtensor.hpp>

#include "framework/data/batch.hpp"
#include "framework/tensor/random.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A whole number drawn uniformly from {least, ..., most}.
struct Range {
  std::size_t least;
  std::size_t most;

  std::size_t draw(Draws& draws) const { return least + draws.below(most - least + 1); }
  double mean() const { return static_cast<double>(least + most) / 2; }
};

/// Throws UsageError, naming the settings "task.<least_name>" and "task.<most_name>", unless
/// smallest <= range.least <= range.most.
void expect_range(const Range& range, std::string_view least_name, std::string_view most_name,
                  std::size_t smallest);

/// Throws UsageError, naming the setting "task.<name>", unless value >= smallest.
void expect_at_least(std::size_t value, std::string_view name, std::size_t smallest);

/// The first `channels` inputs of an example at a time step.
std::span<Real> input_row(SequenceBatch& batch, std::size_t time, std::size_t example, std::size_t channels);
std::span<const Real> input_row(const SequenceBatch& batch, std::size_t time, std::size_t example,
                                std::size_t channels);

/// The first `channels` targets of an example at a time step.
std::span<Real> target_row(SequenceBatch& batch, std::size_t time, std::size_t example, std::size_t channels);

/// Fills the first `channels` inputs of an example with fair coins, at `steps` steps from `first`.
void toss_coins(SequenceBatch& batch, std::size_t first, std::size_t steps, std::size_t example,
                std::size_t channels, Draws& draws);

/// Shows vectors [length, bits] to the first example, one a step from `first`.
void show(const xt::xtensor<Real, 2>& vectors, std::size_t first, SequenceBatch& batch);

/// Makes the loss count for an example at `steps` steps from `first`.
void score_steps(SequenceBatch& batch, std::size_t first, std::size_t steps, std::size_t example);

/// Tells f(Setting, value) of the settings that several tasks have.
template <class F>
void visit_lengths(F&& f, std::size_t& min_length, std::size_t& max_length) {
  f(Setting{.name = "min_length", .help = "shortest sequence", .unit = "vector", .symbol = "L", .minimum = 1},
    min_length);
  f(Setting{.name = "max_length", .help = "longest sequence", .unit = "vector", .symbol = "L", .minimum = 1},
    max_length);
}

template <class F>
void visit_bits(F&& f, std::size_t& bits) {
  f(Setting{.name = "bits", .help = "bits of a vector", .unit = "bit", .minimum = 1, .maximum = 1e6}, bits);
}

/// What a bit costs, in bits, that is 1 with probability p and always guessed with that: the entropy of p.
double entropy_in_bits(double p);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
