#include "tasks/ngrams.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "framework/tensor/error.hpp"
#include "tasks/hex_vectors.hpp"
#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::size_t kMostContexts = std::size_t{1} << Ngrams::kLargestContext;

// From Beta(1/2, 1/2), the arcsine distribution, by inverting its distribution function (2 / pi) asin(sqrt(p)).
double arcsine(Draws& draws) {
  const double root = std::sin(std::numbers::pi / 2 * draws.uniform());
  return root * root;
}

// The context after one more bit; the latest bit is the lowest.
std::size_t followed(std::size_t context, bool bit, std::size_t contexts) {
  return (2 * context + (bit ? 1 : 0)) % contexts;
}

// Inputs are the targets, one step later.
void delay_targets(SequenceBatch& batch) {
  for (std::size_t t = 1; t < batch.steps(); ++t) {
    for (std::size_t b = 0; b < batch.size(); ++b) batch.inputs(t, b, 0) = batch.targets(t - 1, b, 0);
  }
  batch.mask.fill(1);
}

}  // namespace

Ngrams::Ngrams(const Options& options) : options_(options) {
  expect_at_least(options_.length, "length", 1);
  if (options_.context > kLargestContext) {
    throw UsageError("task.context must be at most " + std::to_string(kLargestContext) + ", got " +
                     std::to_string(options_.context));
  }
}

void Ngrams::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  SequenceBatch& sequences = as<SequenceBatch>(into);
  reset(sequences, options_.length, batch, 1, 1);
  const std::size_t contexts = std::size_t{1} << options_.context;
  std::array<double, kMostContexts> probabilities;
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    for (std::size_t c = 0; c < contexts; ++c) probabilities[c] = arcsine(draws);
    std::size_t context = 0;
    for (std::size_t t = 0; t < options_.length; ++t) {
      const double probability = t < options_.context ? 0.5 : probabilities[context];
      const bool bit = draws.uniform() < probability;
      sequences.targets(t, b, 0) = bit ? 1 : 0;
      context = followed(context, bit, contexts);
    }
  }
  delay_targets(sequences);
}

double Ngrams::optimum(const Batch& batch) const {
  const SequenceBatch& sequences = std::get<SequenceBatch>(batch);
  const std::size_t contexts = std::size_t{1} << options_.context;
  double bits = 0;
  for (std::size_t b = 0; b < sequences.size(); ++b) {
    std::array<std::array<double, 2>, kMostContexts> seen{};
    std::size_t context = 0;
    for (std::size_t t = 0; t < sequences.steps(); ++t) {
      const bool bit = sequences.targets(t, b, 0) != 0;
      if (t < options_.context) {
        bits += 1;
      } else {
        auto& counts = seen[context];
        bits -= std::log2((counts[bit ? 1 : 0] + 0.5) / (counts[0] + counts[1] + 1));
        counts[bit ? 1 : 0] += 1;
      }
      context = followed(context, bit, contexts);
    }
  }
  return bits;
}

std::string Ngrams::picture() const {
  return "time --->        0     1     2   ..   T-1\n"
         "input                 b1    b2   ..  bT-1\n"
         "target          b1    b2    b3   ..   bT\n"
         "mask             1     1     1   ..    1\n";
}

std::unique_ptr<Task> Ngrams::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length") return Task::with(quantity, value);
  Options options = options_;
  options.length = value;
  return std::make_unique<Ngrams>(options);
}

std::vector<Probe> Ngrams::probes() const {
  constexpr std::size_t kPaperContext = 5;
  if (options_.context != kPaperContext) return {};
  // Four bits a digit.
  const auto bits = vectors_from_hex(
      "1 7 8 8 4 f 3 c 3 c 7 8 8 7 8 8 3 d b 5 0 7 8 4 2 1 0 f 1 e 2 f 1 e 0 f 0 4 2 1 7 8 4 0 f 0 9 e 2 f",
      4);
  SequenceBatch batch;
  reset(batch, bits.size(), 1, 1, 1);
  for (std::size_t t = 0; t < bits.size(); ++t) batch.targets(t, 0, 0) = bits(t / 4, t % 4);
  delay_targets(batch);
  std::vector<Probe> probes;
  probes.push_back({.name = "figure-14",
                    .title = "200 bits, the input of Figure 14",
                    .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 14",
                    .batch = std::move(batch)});
  return probes;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
