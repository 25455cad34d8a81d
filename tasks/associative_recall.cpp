#include "tasks/associative_recall.hpp"

#include <algorithm>

#include "tasks/hex_vectors.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

AssociativeRecall::AssociativeRecall(const Options& options) : options_(options) {
  expect_range({options_.min_length, options_.max_length}, "min_length", "max_length", 2);
  expect_at_least(options_.item_length, "item_length", 1);
  expect_at_least(options_.bits, "bits", 1);
}

// Gives the batch its delimiters and mask; the vectors are still 0.
void AssociativeRecall::lay_out(std::size_t items, std::size_t examples, SequenceBatch& into) const {
  const std::size_t item_channel = options_.bits;
  const std::size_t query_channel = options_.bits + 1;
  const std::size_t query = step_of(items);
  const std::size_t answer = step_of(items + 1);
  reset(into, answer + options_.item_length, examples, input_size(), target_size());
  for (std::size_t b = 0; b < examples; ++b) {
    for (std::size_t i = 0; i < items; ++i) into.inputs(step_of(i) - 1, b, item_channel) = 1;
    into.inputs(query - 1, b, query_channel) = 1;
    into.inputs(answer - 1, b, query_channel) = 1;
    score_steps(into, answer, options_.item_length, b);
  }
}

// Repeats the item in question and makes the answer the one after it.
void AssociativeRecall::ask(std::size_t items, std::size_t query, std::size_t example,
                            SequenceBatch& batch) const {
  for (std::size_t i = 0; i < options_.item_length; ++i) {
    const auto row = [&](std::size_t item) {
      return input_row(batch, step_of(item) + i, example, options_.bits);
    };
    std::ranges::copy(row(query), row(items).begin());
    std::ranges::copy(row(query + 1),
                      target_row(batch, step_of(items + 1) + i, example, options_.bits).begin());
  }
}

void AssociativeRecall::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  Draws shared = stream.draws();
  const std::size_t items = Range{options_.min_length, options_.max_length}.draw(shared);
  SequenceBatch& sequences = as<SequenceBatch>(into);
  lay_out(items, batch, sequences);
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    const std::size_t query = draws.below(items - 1);
    for (std::size_t item = 0; item < items; ++item) {
      toss_coins(sequences, step_of(item), options_.item_length, b, options_.bits, draws);
    }
    ask(items, query, b, sequences);
  }
}

std::string AssociativeRecall::picture() const {
  return "n = 2 items of 3 vectors, a and b:\n"
         "time --->        0    1  2  3    4    5  6  7    8    9 10 11   12   13 14 15\n"
         "bits                 a1 a2 a3        b1 b2 b3        a1 a2 a3\n"
         "item channel     1               1\n"
         "query channel                                    1               1\n"
         "target                                                                b1 b2 b3\n"
         "mask             0    0  0  0    0    0  0  0    0    0  0  0    0     1  1  1\n";
}

double AssociativeRecall::chance() const { return static_cast<double>(options_.bits * options_.item_length); }

std::unique_ptr<Task> AssociativeRecall::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length") return Task::with(quantity, value);
  expect_at_least(value, "length", 2);
  Options options = options_;
  options.min_length = options.max_length = value;
  return std::make_unique<AssociativeRecall>(options);
}

std::vector<Probe> AssociativeRecall::probes() const {
  constexpr std::size_t kPaperBits = 6, kPaperItemLength = 3, kPaperQuery = 1;
  if (options_.bits != kPaperBits || options_.item_length != kPaperItemLength) return {};
  const auto vectors = vectors_from_hex("01 3f 31 01 30 3e 1c 09 37 17 0a 02 2d 27 30 12 05 2e", kPaperBits);
  std::vector<Probe> probes;
  probes.push_back({.name = "figure-12",
                    .title = "recall of the third of 6 items, the input of Figure 12",
                    .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 12",
                    .batch = of_items(vectors, kPaperQuery)});
  return probes;
}

SequenceBatch AssociativeRecall::of_items(const xt::xtensor<Real, 2>& vectors, std::size_t query) const {
  const std::size_t items = vectors.shape()[0] / options_.item_length;
  SequenceBatch batch;
  lay_out(items, 1, batch);
  for (std::size_t v = 0; v < items * options_.item_length; ++v) {
    const std::size_t time = step_of(v / options_.item_length) + v % options_.item_length;
    std::copy_n(&vectors(v, 0), options_.bits, input_row(batch, time, 0, options_.bits).begin());
  }
  ask(items, query, 0, batch);
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
