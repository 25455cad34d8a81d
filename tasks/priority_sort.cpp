#include "tasks/priority_sort.hpp"

#include <algorithm>

#include "framework/tensor/error.hpp"
#include "tasks/hex_vectors.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

PrioritySort::PrioritySort(const Options& options)
    : options_(options), length_(options.length), answer_length_(options.answer_length) {
  expect_at_least(options_.answer_length, "answer_length", 1);
  expect_at_least(options_.bits, "bits", 1);
  if (options_.answer_length > options_.length) {
    throw UsageError("task.answer_length (" + std::to_string(options_.answer_length) +
                     ") is larger than task.length (" + std::to_string(options_.length) + ")");
  }
}

// Gives the batch its flags and mask; vectors and priorities are still 0.
void PrioritySort::lay_out(std::size_t examples, SequenceBatch& into) const {
  const std::size_t flag_channel = options_.bits + 1;
  reset(into, length_ + 1 + answer_length_, examples, input_size(), target_size());
  for (std::size_t b = 0; b < examples; ++b) {
    into.inputs(length_, b, flag_channel) = 1;
    score_steps(into, length_ + 1, answer_length_, b);
  }
}

// Makes the answer what the inputs say. Of equal priorities the earlier comes first.
void PrioritySort::set_targets(SequenceBatch& batch) const {
  const std::size_t priority_channel = options_.bits;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    for (std::size_t i = 0; i < length_; ++i) {
      const Real priority = batch.inputs(i, b, priority_channel);
      std::size_t place = 0;
      for (std::size_t j = 0; j < length_; ++j) {
        const Real other = batch.inputs(j, b, priority_channel);
        if (other > priority || (other == priority && j < i)) ++place;
      }
      if (place >= answer_length_) continue;
      std::ranges::copy(input_row(batch, i, b, options_.bits),
                        target_row(batch, length_ + 1 + place, b, options_.bits).begin());
    }
  }
}

void PrioritySort::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  const std::size_t priority_channel = options_.bits;
  SequenceBatch& sequences = as<SequenceBatch>(into);
  lay_out(batch, sequences);
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    for (std::size_t i = 0; i < length_; ++i) {
      draws.fill_coins(input_row(sequences, i, b, options_.bits));
      sequences.inputs(i, b, priority_channel) = static_cast<Real>(2 * draws.uniform() - 1);
    }
  }
  set_targets(sequences);
}

std::string PrioritySort::picture() const {
  return "time --->            0 .. n-1      n     n+1 .. n+k\n"
         "bits                x1 .. xn\n"
         "priority channel    p1 .. pn\n"
         "flag channel                       1\n"
         "target                                    s1 .. sk       by falling priority\n"
         "mask                 0 .. 0        0       1 .. 1\n";
}

double PrioritySort::chance() const { return static_cast<double>(options_.bits * answer_length_); }

std::unique_ptr<Task> PrioritySort::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length") return Task::with(quantity, value);
  expect_at_least(value, "length", 1);
  auto task = std::make_unique<PrioritySort>(*this);
  task->length_ = value;
  task->answer_length_ = std::min(value, options_.answer_length);
  return task;
}

std::vector<Probe> PrioritySort::probes() const {
  const Options paper;
  if (options_.bits != paper.bits || length_ != paper.length || answer_length_ != paper.answer_length) {
    return {};
  }
  const auto vectors =
      vectors_from_hex("a0 ee 24 a3 d7 73 3f fe 22 c2 52 fe 69 86 f7 49 4e 09 dc 89", paper.bits);
  // Inputs by falling priority, counted from 1; 8 and 12 are equal vectors, which the figure cannot tell apart.
  constexpr std::size_t kOrder[] = {20, 15, 11, 8, 1, 9, 2, 16, 19, 13, 3, 4, 14, 18, 10, 12, 5, 6, 7, 17};
  std::vector<Real> priorities(paper.length);
  for (std::size_t place = 0; place < paper.length; ++place) {
    const double fall = 2.0 * static_cast<double>(place) / static_cast<double>(paper.length - 1);
    priorities[kOrder[place] - 1] = static_cast<Real>(1 - fall);
  }
  std::vector<Probe> probes;
  probes.push_back({.name = "figure-16",
                    .title = "the vectors of Figure 16, with priorities of our own in its order",
                    .source = "Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 16",
                    .batch = of_vectors(vectors, priorities)});
  return probes;
}

SequenceBatch PrioritySort::of_vectors(const xt::xtensor<Real, 2>& vectors,
                                       std::span<const Real> priorities) const {
  SequenceBatch batch;
  lay_out(1, batch);
  show(vectors, 0, batch);
  for (std::size_t i = 0; i < length_; ++i) batch.inputs(i, 0, options_.bits) = priorities[i];
  set_targets(batch);
  return batch;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
