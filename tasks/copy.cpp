#include "tasks/copy.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include "framework/tensor/error.hpp"
#include "tasks/hex_vectors.hpp"

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
    for (std::size_t i = 0; i < length; ++i) into.mask(length + 2 + i, b) = 1;
  }
}

// The bits of vector x_{i+1} in an example's inputs.
std::span<Real> input_vector(SequenceBatch& batch, std::size_t i, std::size_t example) {
  return {&batch.inputs(1 + i, example, 0), batch.targets.shape()[2]};
}

// Makes the answer what the inputs say.
void set_targets(SequenceBatch& batch) {
  const std::size_t length = (batch.steps() - 2) / 2;
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t b = 0; b < batch.size(); ++b) {
      std::ranges::copy(input_vector(batch, i, b), &batch.targets(length + 2 + i, b, 0));
    }
  }
}

}  // namespace

Copy::Copy(const Options& options) : options_(options) {
  if (options_.min_length == 0) throw UsageError("task.min_length must be at least 1");
  if (options_.bits == 0) throw UsageError("task.bits must be at least 1");
  if (options_.min_length > options_.max_length) {
    throw UsageError("task.min_length (" + std::to_string(options_.min_length) +
                     ") is larger than task.max_length (" + std::to_string(options_.max_length) + ")");
  }
}

void Copy::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  const std::size_t lengths = options_.max_length - options_.min_length + 1;
  const std::size_t length = options_.min_length + stream.draws().below(lengths);
  SequenceBatch& sequences = as<SequenceBatch>(into);
  lay_out(length, batch, options_.bits, sequences);
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    for (std::size_t i = 0; i < length; ++i) draws.fill_coins(input_vector(sequences, i, b));
  }
  set_targets(sequences);
}

std::string Copy::picture() const {
  return "time --->        0     1 .. L      L+1     L+2 .. 2L+1\n"
         "bits                  x1 .. xL\n"
         "start channel    1\n"
         "end channel                         1\n"
         "target                                      x1 .. xL\n"
         "mask             0     0 .. 0       0        1 .. 1\n";
}

double Copy::chance() const {
  return static_cast<double>(options_.bits) * static_cast<double>(options_.min_length + options_.max_length) /
         2;
}

std::unique_ptr<Task> Copy::with_length(std::size_t length) const {
  if (length == 0) throw UsageError("task.length must be at least 1");
  return std::make_unique<Copy>(Options{.min_length = length, .max_length = length, .bits = options_.bits});
}

std::vector<Probe> Copy::probes() const {
  constexpr std::size_t kPaperBits = 8;
  if (options_.bits != kPaperBits) return {};
  const auto vectors =
      vectors_from_hex("82 26 a4 88 5f 08 02 68 ab 88 20 09 e9 1d e7 cb fc af 59 d1", kPaperBits);
  std::vector<Probe> probes;
  probes.push_back({.name = "figure-6",
                    .title = "copy of 20 vectors, the input of Figure 6",
                    .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 6",
                    .batch = of_vectors(vectors)});
  return probes;
}

SequenceBatch Copy::of_vectors(const xt::xtensor<Real, 2>& vectors) {
  const std::size_t length = vectors.shape()[0];
  const std::size_t bits = vectors.shape()[1];
  SequenceBatch batch;
  lay_out(length, 1, bits, batch);
  for (std::size_t i = 0; i < length; ++i)
    std::copy_n(&vectors(i, 0), bits, input_vector(batch, i, 0).begin());
  set_targets(batch);
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
