#include "framework/nn/bag_embedding.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "framework/tensor/error.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// More take several passes: these many sums of a vector stay in registers.
constexpr std::size_t kTablesAtOnce = 4;

struct Record {
  const BagTable* tables;
  std::size_t count;
  Var first;  // result; the others follow
  std::size_t first_time;
  Bags bags;
  const PositionWeights* weights;
};

// A mask in the place of PositionWeights: word j of any sentence has row j.
struct MaskWeights {
  const Real* mask;
  std::size_t columns;

  std::size_t width() const { return columns; }
  const Real* of_sentence(std::size_t) const { return mask; }
  const Real* of_time_word() const { return nullptr; }
};

// Calls visit(row of `words` or `times`, weights, which) for every word of bag r, the time word last.
template <class Weights, class Visit>
TAPEHEAD_INLINE void for_each_word(const Bags& bags, std::size_t r, std::size_t first_time,
                                   const Weights& weights, Visit&& visit) {
  const std::uint32_t begin = bags.starts[r], end = bags.starts[r + 1];
  const Real* weight = end > begin ? weights.of_sentence(end - begin) : nullptr;
  for (std::uint32_t j = begin; j < end; ++j) {
    visit(static_cast<std::size_t>(bags.words[j] - 1), weight, false);
    if (weight != nullptr) weight += weights.width();
  }
  if (bags.times != nullptr) visit(first_time + bags.times[r], weights.of_time_word(), true);
}

// A vector of a sentence stays in its register over all words.
template <std::size_t Tables, class Weights>
TAPEHEAD_KERNEL void sum_bags(const Real* const (&words)[kTablesAtOnce],
                              const Real* const (&times)[kTablesAtOnce], std::size_t first_time,
                              const Bags& bags, const Weights& weights,
                              Real* const (&results)[kTablesAtOnce]) {
  const std::size_t width = weights.width();
  for (std::size_t r = 0; r < bags.count; ++r) {
    for_each_vector(width, [&](std::size_t k, auto at) {
      Vec total[Tables];
      for (std::size_t t = 0; t < Tables; ++t) total[t] = Vec(Real(0));
      for_each_word(bags, r, first_time, weights, [&](std::size_t row, const Real* weight, bool time) {
        const auto& tables = time ? times : words;
        const std::size_t place = row * width + k;
        if (weight != nullptr) {
          const Vec share = at.load(weight + k);
          for (std::size_t t = 0; t < Tables; ++t)
            total[t] = xsimd::fma(share, at.load(tables[t] + place), total[t]);
        } else {
          for (std::size_t t = 0; t < Tables; ++t) total[t] += at.load(tables[t] + place);
        }
      });
      for (std::size_t t = 0; t < Tables; ++t) at.store(results[t] + r * width + k, total[t]);
    });
  }
}

// Into rows of whole vectors, `stride` apart: what a masked store has written cannot be loaded at once, and the same
// words come soon again.
template <std::size_t Tables, class Weights>
TAPEHEAD_KERNEL void scatter_bags(const Real* const (&d_results)[kTablesAtOnce], std::size_t first_time,
                                  const Bags& bags, const Weights& weights, std::size_t stride,
                                  Real* const (&d_words)[kTablesAtOnce],
                                  Real* const (&d_times)[kTablesAtOnce]) {
  const std::size_t width = weights.width();
  for (std::size_t r = 0; r < bags.count; ++r) {
    for_each_vector(width, [&](std::size_t k, auto at) {
      Vec d[Tables];
      for (std::size_t t = 0; t < Tables; ++t) d[t] = at.load(d_results[t] + r * width + k);
      for_each_word(bags, r, first_time, weights, [&](std::size_t row, const Real* weight, bool time) {
        const auto& tables = time ? d_times : d_words;
        const std::size_t place = row * stride + k;
        if (weight != nullptr) {
          const Vec share = at.load(weight + k);
          for (std::size_t t = 0; t < Tables; ++t)
            store(tables[t] + place, xsimd::fma(share, d[t], load(tables[t] + place)));
        } else {
          for (std::size_t t = 0; t < Tables; ++t) store(tables[t] + place, d[t] + load(tables[t] + place));
        }
      });
    });
  }
}

// The gradient of a mask, in rows as above: that of row j is Σ_r d_result_r ⊙ E(word j of bag r).
TAPEHEAD_KERNEL void gather_mask(const Real* d_result, const Real* words, const Bags& bags, std::size_t width,
                                 std::size_t stride, Real* d_mask) {
  for (std::size_t r = 0; r < bags.count; ++r) {
    for_each_vector(width, [&](std::size_t k, auto at) {
      const Vec d = at.load(d_result + r * width + k);
      for (std::uint32_t j = bags.starts[r]; j < bags.starts[r + 1]; ++j) {
        Real* const to = d_mask + (j - bags.starts[r]) * stride + k;
        store(to, xsimd::fma(d, at.load(words + static_cast<std::size_t>(bags.words[j] - 1) * width + k),
                             load(to)));
      }
    });
  }
}

// Calls run<Tables>(first) for groups of tables.
template <class Run>
void in_groups(std::size_t count, Run&& run) {
  std::size_t first = 0;
  for (; first + kTablesAtOnce <= count; first += kTablesAtOnce)
    run.template operator()<kTablesAtOnce>(first);
  switch (count - first) {
    case 1:
      return run.template operator()<1>(first);
    case 2:
      return run.template operator()<2>(first);
    case 3:
      return run.template operator()<3>(first);
    default:
      return;
  }
}

Var result_of(const Record& r, std::size_t table) { return {r.first.id + static_cast<std::uint32_t>(table)}; }

// The gradients of one group of tables.
template <std::size_t Tables>
void embed_bags_backward_group(Tape& tape, const Record& r, std::size_t first) {
  const std::size_t width = r.weights->width(), stride = (width + kLanes - 1) / kLanes * kLanes;
  const bool one_table = r.tables[0].words.id == r.tables[0].times.id, timed = r.bags.times != nullptr;
  const std::size_t rows = tape.shape(r.tables[0].words)[0], time_rows = tape.shape(r.tables[0].times)[0];
  const Real* d_results[kTablesAtOnce] = {};
  Real *d_words[kTablesAtOnce] = {}, *d_times[kTablesAtOnce] = {};
  const auto zeros = [&](std::size_t count) {
    Real* const memory = tape.scratch(count);
    std::fill_n(memory, count, Real(0));
    return memory;
  };
  for (std::size_t t = 0; t < Tables; ++t) {
    d_results[t] = tape.output_gradient(result_of(r, first + t));
    if (d_results[t] == nullptr) d_results[t] = zeros(r.bags.count * width);
    d_words[t] = zeros(rows * stride);
    d_times[t] = one_table || !timed ? d_words[t] : zeros(time_rows * stride);
  }
  scatter_bags<Tables>(d_results, r.first_time, r.bags, *r.weights, stride, d_words, d_times);
  const auto add = [&](Var table, const Real* gathered) {
    Real* const gradient = tape.zeroed_input_gradient(table);
    if (gradient == nullptr) return;
    for (std::size_t row = 0; row < tape.shape(table)[0]; ++row)
      add_row(gathered + row * stride, width, gradient + row * width, true);
  };
  for (std::size_t t = 0; t < Tables; ++t) {
    add(r.tables[first + t].words, d_words[t]);
    if (!one_table && timed) add(r.tables[first + t].times, d_times[t]);
  }
}

struct MaskedRecord {
  Var words, mask, result;
  Bags bags;
};

void embed_masked_bags_backward(Tape& tape, const MaskedRecord& r) {
  const Real* const d_result = tape.output_gradient(r.result);
  if (d_result == nullptr) return;
  const std::size_t width = tape.shape(r.words).back(), stride = (width + kLanes - 1) / kLanes * kLanes;
  const auto add = [&](Var to, auto&& gather) {
    Real* const gradient = tape.zeroed_input_gradient(to);
    if (gradient == nullptr) return;
    const std::size_t rows = tape.shape(to)[0];
    Real* const gathered = tape.scratch(rows * stride);
    std::fill_n(gathered, rows * stride, Real(0));
    gather(gathered);
    for (std::size_t row = 0; row < rows; ++row)
      add_row(gathered + row * stride, width, gradient + row * width, true);
  };
  add(r.words, [&](Real* gathered) {
    const Real* const d_results[kTablesAtOnce] = {d_result};
    Real* const d_words[kTablesAtOnce] = {gathered};
    scatter_bags<1>(d_results, 0, r.bags, MaskWeights{tape.data(r.mask), width}, stride, d_words, d_words);
  });
  add(r.mask,
      [&](Real* gathered) { gather_mask(d_result, tape.data(r.words), r.bags, width, stride, gathered); });
}

void embed_bags_backward(Tape& tape, const Record& r) {
  in_groups(r.count, [&]<std::size_t Tables>(std::size_t first) {
    embed_bags_backward_group<Tables>(tape, r, first);
  });
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

Var embed_bags(Tape& tape, std::span<const BagTable> tables, std::size_t first_time, const Bags& bags,
               const PositionWeights& weights) {
  const std::size_t width = weights.width();
  const std::size_t rows = tape.shape(tables[0].words)[0], time_rows = tape.shape(tables[0].times)[0];
  for (const BagTable& table : tables) {
    expect_shape("embed_bags", "words", tape.shape(table.words), {rows, width});
    expect_shape("embed_bags", "times", tape.shape(table.times), {time_rows, width});
  }
  auto* const kept = tape.arena().array<BagTable>(tables.size());
  std::copy(tables.begin(), tables.end(), kept);
  Record record{kept, tables.size(), {}, first_time, bags, &weights};
  bool wanted = false;
  for (const BagTable& table : tables)
    wanted = wanted || tape.requires_gradient(table.words) || tape.requires_gradient(table.times);
  for (const BagTable& table : tables) {
    tape.reads(std::array{table.words, table.times});
    const Var result = tape.output({bags.count, width}, wanted && tape.recording());
    if (&table == &tables[0]) record.first = result;
  }
  in_groups(tables.size(), [&]<std::size_t Tables>(std::size_t first) {
    const Real *words[kTablesAtOnce] = {}, *times[kTablesAtOnce] = {};
    Real* results[kTablesAtOnce] = {};
    for (std::size_t t = 0; t < Tables; ++t) {
      words[t] = tape.data(tables[first + t].words);
      times[t] = tape.data(tables[first + t].times);
      results[t] = tape.mutable_data(result_of(record, first + t));
    }
    sum_bags<Tables>(words, times, first_time, bags, weights, results);
  });
  tape.node<embed_bags_backward>(record, record.first, static_cast<std::uint32_t>(tables.size()));
  return record.first;
}

Var embed_masked_bags(Tape& tape, Var words, Var mask, const Bags& bags) {
  const std::size_t width = tape.shape(words).back();
  expect_shape("embed_masked_bags", "words", tape.shape(words), {tape.shape(words)[0], width});
  expect_shape("embed_masked_bags", "mask", tape.shape(mask), {tape.shape(mask)[0], width});
  const Var result = tape.output({bags.count, width}, {words, mask});
  const Real* const tables[kTablesAtOnce] = {tape.data(words)};
  Real* const results[kTablesAtOnce] = {tape.mutable_data(result)};
  sum_bags<1>(tables, tables, 0, bags, MaskWeights{tape.data(mask), width}, results);
  tape.node<embed_masked_bags_backward>(MaskedRecord{words, mask, result, bags}, result);
  return result;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
