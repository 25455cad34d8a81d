#include "tasks/layout.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void expect_at_least(std::size_t value, std::string_view name, std::size_t smallest) {
  if (value >= smallest) return;
  throw UsageError("task." + std::string(name) + " must be at least " + std::to_string(smallest) + ", got " +
                   std::to_string(value));
}

void expect_range(const Range& range, std::string_view least_name, std::string_view most_name,
                  std::size_t smallest) {
  expect_at_least(range.least, least_name, smallest);
  if (range.least <= range.most) return;
  throw UsageError("task." + std::string(least_name) + " (" + std::to_string(range.least) +
                   ") is larger than task." + std::string(most_name) + " (" + std::to_string(range.most) +
                   ")");
}

std::span<Real> input_row(SequenceBatch& batch, std::size_t time, std::size_t example, std::size_t channels) {
  return {&batch.inputs(time, example, 0), channels};
}

std::span<const Real> input_row(const SequenceBatch& batch, std::size_t time, std::size_t example,
                                std::size_t channels) {
  return {&batch.inputs(time, example, 0), channels};
}

std::span<Real> target_row(SequenceBatch& batch, std::size_t time, std::size_t example,
                           std::size_t channels) {
  return {&batch.targets(time, example, 0), channels};
}

void toss_coins(SequenceBatch& batch, std::size_t first, std::size_t steps, std::size_t example,
                std::size_t channels, Draws& draws) {
  for (std::size_t t = first; t < first + steps; ++t)
    draws.fill_coins(input_row(batch, t, example, channels));
}

void show(const xt::xtensor<Real, 2>& vectors, std::size_t first, SequenceBatch& batch) {
  const std::size_t bits = vectors.shape()[1];
  for (std::size_t i = 0; i < vectors.shape()[0]; ++i) {
    std::copy_n(&vectors(i, 0), bits, input_row(batch, first + i, 0, bits).begin());
  }
}

void score_steps(SequenceBatch& batch, std::size_t first, std::size_t steps, std::size_t example) {
  for (std::size_t t = first; t < first + steps; ++t) batch.mask(t, example) = 1;
}

double entropy_in_bits(double p) {
  const auto part = [](double q) { return q > 0 ? -q * std::log2(q) : 0; };
  return part(p) + part(1 - p);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
