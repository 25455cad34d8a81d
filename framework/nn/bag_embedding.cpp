#include "framework/nn/bag_embedding.hpp"

#include <algorithm>
#include <string>

#include "framework/tensor/error.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Record {
  Var words, times, result;
  std::size_t first_time;
  Bags bags;
  const PositionWeights* weights;
};

// Calls visit(row of `words` or `times`, weights, which) for every word of bag r, the time word last.
template <class Visit>
TAPEHEAD_INLINE void for_each_word(const Bags& bags, std::size_t r, std::size_t first_time,
                                   const PositionWeights& weights, Visit&& visit) {
  const std::uint32_t begin = bags.starts[r], end = bags.starts[r + 1];
  const Real* weight = end > begin ? weights.of_sentence(end - begin) : nullptr;
  for (std::uint32_t j = begin; j < end; ++j) {
    visit(static_cast<std::size_t>(bags.words[j] - 1), weight, false);
    if (weight != nullptr) weight += weights.width();
  }
  if (bags.times != nullptr) visit(first_time + bags.times[r], weights.of_time_word(), true);
}

// A vector of a sentence stays in its register over all words.
TAPEHEAD_KERNEL void sum_bags(const Real* words, const Real* times, std::size_t first_time, const Bags& bags,
                              const PositionWeights& weights, Real* result) {
  const std::size_t width = weights.width();
  for (std::size_t r = 0; r < bags.count; ++r) {
    for_each_vector(width, [&](std::size_t k, auto at) {
      Vec total(Real(0));
      for_each_word(bags, r, first_time, weights, [&](std::size_t row, const Real* weight, bool time) {
        const Vec element = at.load((time ? times : words) + row * width + k);
        total = weight != nullptr ? xsimd::fma(at.load(weight + k), element, total) : total + element;
      });
      at.store(result + r * width + k, total);
    });
  }
}

// Plain loops: what a masked store has written cannot be loaded at once, and the same words come soon again.
TAPEHEAD_INLINE void add_weighted(const Real* from, const Real* weights, std::size_t width, Real* to) {
  if (weights != nullptr) {
    for (std::size_t k = 0; k < width; ++k) to[k] += weights[k] * from[k];
  } else {
    for (std::size_t k = 0; k < width; ++k) to[k] += from[k];
  }
}

TAPEHEAD_KERNEL void scatter_bags(const Real* d_result, std::size_t first_time, const Bags& bags,
                                  const PositionWeights& weights, Real* d_words, Real* d_times) {
  const std::size_t width = weights.width();
  for (std::size_t r = 0; r < bags.count; ++r) {
    const Real* const d_total = d_result + r * width;
    for_each_word(bags, r, first_time, weights, [&](std::size_t row, const Real* weight, bool time) {
      Real* const table = time ? d_times : d_words;
      if (table != nullptr) add_weighted(d_total, weight, width, table + row * width);
    });
  }
}

void embed_bags_backward(Tape& tape, const Record& r) {
  const Real* const d_result = tape.output_gradient(r.result);
  if (d_result == nullptr) return;
  Real* const d_words = tape.zeroed_input_gradient(r.words);
  Real* const d_times =
      r.times.id == r.words.id || r.bags.times == nullptr ? d_words : tape.zeroed_input_gradient(r.times);
  scatter_bags(d_result, r.first_time, r.bags, *r.weights, d_words, d_times);
}

}  // namespace

WordOrder word_order(std::string_view name) {
  if (name == "bag") return WordOrder::bag;
  if (name == "position") return WordOrder::position;
  if (name == "position_released") return WordOrder::position_released;
  throw UsageError("word order '" + std::string(name) + "': expected bag, position or position_released");
}

PositionWeights::PositionWeights(WordOrder order, std::size_t longest, std::size_t width)
    : order_(order), longest_(std::max<std::size_t>(1, longest)), width_(width) {
  const auto d = static_cast<double>(width);
  const auto add = [&](auto&& weight) {
    for (std::size_t k = 1; k <= width; ++k)
      weights_.push_back(static_cast<Real>(weight(static_cast<double>(k))));
  };
  if (order == WordOrder::position) {
    for (std::size_t words = 1; words <= longest_; ++words) {
      for (std::size_t word = 1; word <= words; ++word) {
        const double share = static_cast<double>(word) / static_cast<double>(words);
        add([&](double k) { return (1 - share) - k / d * (1 - 2 * share); });
      }
    }
  } else if (order == WordOrder::position_released) {
    const auto most = static_cast<double>(longest_ + 1);
    for (std::size_t word = 1; word <= longest_ + 1; ++word) {
      const auto j = static_cast<double>(word);
      add([&](double k) { return 1 + 4 * (k - (d + 1) / 2) * (j - (most + 1) / 2) / (d * most); });
    }
  }
}

Var embed_bags(Tape& tape, Var words, Var times, std::size_t first_time, const Bags& bags,
               const PositionWeights& weights) {
  const std::size_t width = weights.width();
  expect_shape("embed_bags", "words", tape.shape(words), {tape.shape(words)[0], width});
  expect_shape("embed_bags", "times", tape.shape(times), {tape.shape(times)[0], width});
  const Var result = tape.output({bags.count, width}, {words, times});
  sum_bags(tape.data(words), tape.data(times), first_time, bags, weights, tape.mutable_data(result));
  tape.node<embed_bags_backward>(Record{words, times, result, first_time, bags, &weights}, result);
  return result;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
