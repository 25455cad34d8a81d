// Associative recall: see items, each a few binary vectors, then one of them again, and say the item that came after it.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.3; the layout is that of its Figure 12. Here for n = 2
// items of 3 vectors, a and b:
//
//   time --->        0    1  2  3    4    5  6  7    8    9 10 11   12   13 14 15
//   bits                 a1 a2 a3        b1 b2 b3        a1 a2 a3
//   item channel     1               1
//   query channel                                    1               1
//   target                                                                b1 b2 b3
//   mask             0    0  0  0    0    0  0  0    0    0  0  0    0     1  1  1
//
// Blank is 0. Every item is preceded by a delimiter and the query has one on both sides, so that n items of m vectors take
// (n + 1)(m + 1) + 1 + m steps, 4n + 8 in the paper. Inputs are [bits, item, query], targets [bits]; in the paper vectors
// have 6 bits, items 3 vectors, and n is 2 to 6. n is drawn once for a batch, the query for each example: any item but
// the last.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"
#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class AssociativeRecall final : public Task {
 public:
  struct Options {
    std::size_t min_length = 2;   // n, smallest
    std::size_t max_length = 6;   // n, largest
    std::size_t item_length = 3;  // m
    std::size_t bits = 6;         // of a vector

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "min_length", .help = "fewest items", .unit = "item", .symbol = "n", .minimum = 2},
        min_length);
      f(Setting{.name = "max_length", .help = "most items", .unit = "item", .symbol = "n", .minimum = 2},
        max_length);
      f(Setting{.name = "item_length", .help = "vectors of an item", .unit = "vector", .minimum = 1},
        item_length);
      visit_bits(f, bits);
    }
  };

  /// Throws UsageError unless 2 <= min_length <= max_length, item_length >= 1 and bits >= 1.
  explicit AssociativeRecall(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return options_.bits + 2; }
  std::size_t target_size() const override { return options_.bits; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "associative_recall"; }
  std::string picture() const override;
  double chance() const override;  // one bit each: bits · item_length, 18 in the paper
  double optimum(const Batch&) const override { return 0; }
  std::vector<std::string_view> quantities() const override { return {"length"}; }  // n
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  /// The stimulus of the paper's Figure 12, if items have its 3 vectors of 6 bits.
  std::vector<Probe> probes() const override;

  /// The batch of one example with these items, `vectors` [n · item_length, bits], and a query, counted from 0.
  SequenceBatch of_items(const xt::xtensor<Real, 2>& vectors, std::size_t query) const;

 private:
  void lay_out(std::size_t items, std::size_t examples, SequenceBatch& into) const;
  std::size_t step_of(std::size_t item) const { return item * (options_.item_length + 1) + 1; }
  void ask(std::size_t items, std::size_t query, std::size_t example, SequenceBatch& batch) const;

  Options options_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
