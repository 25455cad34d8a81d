#include "tests/tasks/episode.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

std::string text_of(std::span<const Real> row) {
  std::ostringstream text;
  for (const Real value : row) text << (text.tellp() == 0 ? "[" : ", ") << value;
  return text.str() + "]";
}

// What differs in one row; empty if nothing does.
std::string difference_of(const char* what, std::size_t time, const Row& expected,
                          std::span<const Real> found) {
  if (std::ranges::equal(expected, found)) return {};
  return std::string(what) + " at step " + std::to_string(time) + ": " + text_of(found) + ", expected " +
         text_of(expected);
}

}  // namespace

Episode& Episode::show(const Row& bits) {
  Row input = bits;
  input.resize(input_size_);
  steps_.push_back({input, Row(target_size_), 0});
  return *this;
}

Episode& Episode::with(std::size_t channel, Real value) {
  steps_.back().input.at(channel) = value;
  return *this;
}

Episode& Episode::say(const Row& targets) {
  steps_.push_back({Row(input_size_), targets, 1});
  return *this;
}

std::string Episode::difference(const SequenceBatch& batch, std::size_t example) const {
  if (batch.steps() != steps_.size()) {
    return std::to_string(batch.steps()) + " steps, expected " + std::to_string(steps_.size());
  }
  const auto sizes = [](const auto& tensor) {
    return std::vector(tensor.shape().begin(), tensor.shape().end());
  };
  const std::size_t examples = batch.size();
  if (sizes(batch.inputs) != std::vector<std::size_t>{steps_.size(), examples, input_size_} ||
      sizes(batch.targets) != std::vector<std::size_t>{steps_.size(), examples, target_size_} ||
      sizes(batch.mask) != std::vector<std::size_t>{steps_.size(), examples}) {
    return "the batch has another shape";
  }
  for (std::size_t t = 0; t < steps_.size(); ++t) {
    const Step& step = steps_[t];
    for (const std::string& wrong :
         {difference_of("inputs", t, step.input, {&batch.inputs(t, example, 0), input_size_}),
          difference_of("targets", t, step.target, {&batch.targets(t, example, 0), target_size_}),
          difference_of("mask", t, {step.scored}, {&batch.mask(t, example), 1})}) {
      if (!wrong.empty()) return wrong;
    }
  }
  return {};
}

SequenceBatch drawn(const Task& task, const RandomStream& stream, std::size_t examples) {
  Batch batch;
  task.sample(stream, examples, batch);
  return std::get<SequenceBatch>(batch);
}

Row input_bits(const SequenceBatch& batch, std::size_t time, std::size_t example, std::size_t bits) {
  Row row;
  for (std::size_t bit = 0; bit < bits; ++bit) row.push_back(batch.inputs(time, example, bit));
  return row;
}

std::vector<Row> input_vectors(const SequenceBatch& batch, std::size_t first, std::size_t count,
                               std::size_t example, std::size_t bits) {
  std::vector<Row> vectors;
  for (std::size_t t = first; t < first + count; ++t) vectors.push_back(input_bits(batch, t, example, bits));
  return vectors;
}

std::vector<Row> from_hex(const std::string& list, std::size_t bits) {
  std::istringstream words(list);
  std::vector<Row> vectors;
  for (unsigned value = 0; words >> std::hex >> value;) {
    Row row(bits);
    for (std::size_t bit = bits; bit-- > 0; value /= 2) row[bit] = static_cast<Real>(value % 2);
    vectors.push_back(row);
  }
  return vectors;
}

xt::xtensor<Real, 2> as_tensor(const std::vector<Row>& vectors) {
  xt::xtensor<Real, 2> tensor({vectors.size(), vectors.at(0).size()});
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    for (std::size_t bit = 0; bit < vectors[v].size(); ++bit) tensor(v, bit) = vectors[v][bit];
  }
  return tensor;
}

bool are_bits(const std::vector<Row>& vectors) {
  return std::ranges::all_of(vectors, [](const Row& row) {
    return std::ranges::all_of(row, [](Real value) { return value == 0 || value == 1; });
  });
}

bool same(const SequenceBatch& a, const SequenceBatch& b) {
  return a.inputs.shape() == b.inputs.shape() && a.targets.shape() == b.targets.shape() &&
         a.inputs.storage() == b.inputs.storage() && a.targets.storage() == b.targets.storage() &&
         a.mask.storage() == b.mask.storage();
}

std::vector<double> costs_of_constant_guess(const Task& task, std::size_t batches) {
  constexpr std::size_t kBatch = 10;
  const RandomStream stream(1, "guessing");
  std::vector<double> ones(task.target_size());
  double scored = 0;
  Batch batch;
  for (std::size_t i = 0; i < batches; ++i) {
    task.sample(stream.step(i), kBatch, batch);
    const auto& sequences = std::get<SequenceBatch>(batch);
    for (std::size_t t = 0; t < sequences.steps(); ++t) {
      for (std::size_t b = 0; b < kBatch; ++b) {
        if (sequences.mask(t, b) == 0) continue;
        scored += 1;
        for (std::size_t target = 0; target < ones.size(); ++target)
          ones[target] += static_cast<double>(sequences.targets(t, b, target));
      }
    }
  }
  std::vector<double> costs;
  for (const double count : ones) {
    const double p = count / scored;
    const double bits = -count * std::log2(p) - (scored - count) * std::log2(1 - p);
    costs.push_back(bits / static_cast<double>(batches * kBatch));
  }
  return costs;
}

double cost_of_constant_guess(const Task& task, std::size_t batches) {
  const std::vector<double> costs = costs_of_constant_guess(task, batches);
  return std::accumulate(costs.begin(), costs.end(), 0.0);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
