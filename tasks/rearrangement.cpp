#include "tasks/rearrangement.hpp"

#include <algorithm>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// Gives the batch its flags and mask; the vectors are still 0.
void lay_out(std::size_t length, std::size_t examples, std::size_t bits, SequenceBatch& into) {
  const std::size_t start_channel = bits;
  const std::size_t end_channel = bits + 1;
  reset(into, 2 * length + 2, examples, bits + 2, bits);
  for (std::size_t b = 0; b < examples; ++b) {
    into.inputs(0, b, start_channel) = 1;
    into.inputs(length + 1, b, end_channel) = 1;
    score_steps(into, length + 2, length, b);
  }
}

}  // namespace

Rearrangement::Rearrangement(const Options& options, std::string_view answer)
    : options_(options), answer_(answer) {
  expect_range({options_.min_length, options_.max_length}, "min_length", "max_length", 1);
  expect_at_least(options_.bits, "bits", 1);
}

std::span<Real> Rearrangement::Vectors::operator[](std::size_t place) const {
  return target_row(batch_, size() + 2 + place, example_, batch_.targets.shape()[2]);
}

void Rearrangement::Vectors::swap(std::size_t a, std::size_t b) const {
  if (a != b) std::ranges::swap_ranges((*this)[a], (*this)[b]);
}

// Makes the answer what the inputs say.
void Rearrangement::set_targets(SequenceBatch& batch) const {
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const Vectors vectors(batch, b);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      std::ranges::copy(input_row(batch, 1 + i, b, options_.bits), vectors[i].begin());
    }
    rearrange(vectors);
  }
}

void Rearrangement::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  Draws shared = stream.draws();
  const std::size_t length = Range{options_.min_length, options_.max_length}.draw(shared);
  SequenceBatch& sequences = as<SequenceBatch>(into);
  lay_out(length, batch, options_.bits, sequences);
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    toss_coins(sequences, 1, length, b, options_.bits, draws);
  }
  set_targets(sequences);
}

std::string Rearrangement::picture() const {
  return "time --->        0     1 .. L      L+1     L+2 .. 2L+1\n"
         "bits                  x1 .. xL\n"
         "start channel    1\n"
         "end channel                         1\n"
         "target                                      " +
         std::string(answer_) +
         "\n"
         "mask             0     0 .. 0       0        1 .. 1\n";
}

double Rearrangement::chance() const {
  return static_cast<double>(options_.bits) * Range{options_.min_length, options_.max_length}.mean();
}

std::unique_ptr<Task> Rearrangement::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length") return Task::with(quantity, value);
  expect_at_least(value, "length", 1);
  Options options = options_;
  options.min_length = options.max_length = value;
  return with_options(options);
}

SequenceBatch Rearrangement::of_vectors(const xt::xtensor<Real, 2>& vectors) const {
  const std::size_t length = vectors.shape()[0];
  SequenceBatch batch;
  lay_out(length, 1, options_.bits, batch);
  show(vectors, 1, batch);
  set_targets(batch);
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
