// Priority sort: see binary vectors, each with a priority, then say those of highest priority, the highest first.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.5; the layout is that of its Figures 16 and 17.
//
//   time --->            0 .. n-1      n     n+1 .. n+k
//   bits                x1 .. xn
//   priority channel    p1 .. pn
//   flag channel                       1
//   target                                    s1 .. sk       by falling priority
//   mask                 0 .. 0        0       1 .. 1
//
// Blank is 0. Priorities are uniform on [-1, 1). Inputs are [bits, priority, flag], targets [bits]; in the paper vectors
// have 8 bits, n = 20 and k = 16. Where with() asks for fewer than k vectors, all of them are sorted.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"
#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class PrioritySort final : public Task {
 public:
  struct Options {
    std::size_t length = 20;         // n
    std::size_t answer_length = 16;  // k
    std::size_t bits = 8;            // of a vector

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "length", .help = "vectors shown", .unit = "vector", .symbol = "n", .minimum = 1},
        length);
      f(Setting{.name = "answer_length",
                .help = "vectors of highest priority to be said",
                .unit = "vector",
                .symbol = "k",
                .minimum = 1},
        answer_length);
      visit_bits(f, bits);
    }
  };

  /// Throws UsageError unless 1 <= answer_length <= length and bits >= 1.
  explicit PrioritySort(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return options_.bits + 2; }
  std::size_t target_size() const override { return options_.bits; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "priority_sort"; }
  std::string picture() const override;
  double chance() const override;  // one bit each: bits · answer_length, 128 in the paper
  double optimum(const Batch&) const override { return 0; }
  std::vector<std::string_view> quantities() const override { return {"length"}; }  // n
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  /// The vectors of the paper's Figure 16, if sizes are its own. The paper does not give their priorities; here they fall
  /// evenly from 1 to -1 in the order that the figure's answer has, the four vectors that are not in it last.
  std::vector<Probe> probes() const override;

  /// The batch of one example with these vectors [n, bits] and priorities [n].
  SequenceBatch of_vectors(const xt::xtensor<Real, 2>& vectors, std::span<const Real> priorities) const;

 private:
  void lay_out(std::size_t examples, SequenceBatch& into) const;
  void set_targets(SequenceBatch& batch) const;

  Options options_;
  std::size_t length_, answer_length_;  // as shown; less or more than the options say where with() chose it
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
