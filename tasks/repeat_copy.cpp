#include "tasks/repeat_copy.hpp"

#include <algorithm>
#include <cmath>

#include "tasks/hex_vectors.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// Makes the answer what the inputs say.
void set_targets(std::size_t length, std::size_t repeats, std::size_t bits, SequenceBatch& batch) {
  for (std::size_t b = 0; b < batch.size(); ++b) {
    for (std::size_t i = 0; i < length * repeats; ++i) {
      std::ranges::copy(input_row(batch, 1 + i % length, b, bits),
                        target_row(batch, length + 2 + i, b, bits).begin());
    }
    batch.targets(batch.steps() - 1, b, bits) = 1;
  }
}

}  // namespace

RepeatCopy::RepeatCopy(const Options& options)
    : options_(options),
      length_{options.min_length, options.max_length},
      repeats_{options.min_repeats, options.max_repeats} {
  expect_range(length_, "min_length", "max_length", 1);
  expect_range(repeats_, "min_repeats", "max_repeats", 1);
  expect_at_least(options_.bits, "bits", 1);
}

double RepeatCopy::count(std::size_t repeats) const {
  const Range trained{options_.min_repeats, options_.max_repeats};
  const auto values = static_cast<double>(trained.most - trained.least + 1);
  const double variance = (values * values - 1) / 12;
  return (static_cast<double>(repeats) - trained.mean()) / (variance > 0 ? std::sqrt(variance) : 1);
}

void RepeatCopy::lay_out(std::size_t length, std::size_t repeats, std::size_t examples,
                         SequenceBatch& into) const {
  const std::size_t start_channel = options_.bits;
  const std::size_t count_channel = options_.bits + 1;
  const std::size_t answer = length * repeats + 1;
  reset(into, length + 2 + answer, examples, input_size(), target_size());
  for (std::size_t b = 0; b < examples; ++b) {
    into.inputs(0, b, start_channel) = 1;
    into.inputs(length + 1, b, count_channel) = static_cast<Real>(count(repeats));
    score_steps(into, length + 2, answer, b);
  }
}

void RepeatCopy::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  Draws shared = stream.draws();
  const std::size_t length = length_.draw(shared);
  const std::size_t repeats = repeats_.draw(shared);
  SequenceBatch& sequences = as<SequenceBatch>(into);
  lay_out(length, repeats, batch, sequences);
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    toss_coins(sequences, 1, length, b, options_.bits, draws);
  }
  set_targets(length, repeats, options_.bits, sequences);
}

std::string RepeatCopy::picture() const {
  return "time --->        0     1 .. L     L+1     L+2 ..                 .. L+1+LR    L+2+LR\n"
         "bits                  x1 .. xL\n"
         "start channel    1\n"
         "count channel                      r\n"
         "target bits                               x1 .. xL  x1 .. xL  ..  x1 .. xL\n"
         "target end                                                                      1\n"
         "mask             0     0 .. 0      0       1 .. 1    1 .. 1   ..   1 .. 1       1\n";
}

double RepeatCopy::chance() const {
  const double vectors = length_.mean() * repeats_.mean();
  return static_cast<double>(options_.bits) * vectors + (vectors + 1) * entropy_in_bits(1 / (vectors + 1));
}

std::unique_ptr<Task> RepeatCopy::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length" && quantity != "repeats") return Task::with(quantity, value);
  expect_at_least(value, quantity, 1);
  auto task = std::make_unique<RepeatCopy>(*this);
  (quantity == "length" ? task->length_ : task->repeats_) = {value, value};
  return task;
}

std::vector<Probe> RepeatCopy::probes() const {
  constexpr std::size_t kPaperBits = 6, kPaperRepeats = 10;
  if (options_.bits != kPaperBits) return {};
  const auto vectors = vectors_from_hex("07 1b 10 0c 2f 16 0e 21 11 0a", kPaperBits);
  std::vector<Probe> probes;
  probes.push_back({.name = "figure-9",
                    .title = "10 vectors said 10 times, the input of Figure 9",
                    .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 9",
                    .batch = of_vectors(vectors, kPaperRepeats)});
  return probes;
}

SequenceBatch RepeatCopy::of_vectors(const xt::xtensor<Real, 2>& vectors, std::size_t repeats) const {
  const std::size_t length = vectors.shape()[0];
  SequenceBatch batch;
  lay_out(length, repeats, 1, batch);
  show(vectors, 1, batch);
  set_targets(length, repeats, options_.bits, batch);
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
