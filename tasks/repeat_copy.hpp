// Repeat copy: see a random binary sequence and a number, say the sequence that many times, then say that it is over.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.2; the layout is that of its Figures 8 and 9.
//
//   time --->        0     1 .. L     L+1     L+2 ..                 .. L+1+LR    L+2+LR
//   bits                  x1 .. xL
//   start channel    1
//   count channel                      r
//   target bits                               x1 .. xL  x1 .. xL  ..  x1 .. xL
//   target end                                                                      1
//   mask             0     0 .. 0      0       1 .. 1    1 .. 1   ..   1 .. 1       1
//
// Blank is 0. Inputs are [bits, start, count], targets [bits, end]; in the paper vectors have 6 bits, and L and R are 1
// to 10. The count is normalised to mean 0 and variance 1: r = (R - mean) / sd, with the mean and the standard deviation
// of R as it is drawn in training, also where R is another one. L and R are drawn once for a batch.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/task.hpp"
#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class RepeatCopy final : public Task {
 public:
  struct Options {
    std::size_t min_length = 1;    // L, smallest
    std::size_t max_length = 10;   // L, largest
    std::size_t min_repeats = 1;   // R, smallest
    std::size_t max_repeats = 10;  // R, largest
    std::size_t bits = 6;          // of a vector

    template <class F>
    void visit(F&& f) {
      visit_lengths(f, min_length, max_length);
      f(Setting{.name = "min_repeats", .help = "fewest repeats", .symbol = "R", .minimum = 1}, min_repeats);
      f(Setting{.name = "max_repeats", .help = "most repeats", .symbol = "R", .minimum = 1}, max_repeats);
      visit_bits(f, bits);
    }
  };

  /// Throws UsageError unless 1 <= min_length <= max_length, 1 <= min_repeats <= max_repeats and bits >= 1.
  explicit RepeatCopy(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return options_.bits + 2; }
  std::size_t target_size() const override { return options_.bits + 1; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "repeat_copy"; }
  std::string picture() const override;
  /// One bit for each bit of the vectors, and for the end marker its entropy as one of the steps of an answer.
  double chance() const override;
  double optimum(const Batch&) const override { return 0; }
  std::vector<std::string_view> quantities() const override { return {"length", "repeats"}; }
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  /// The stimulus of the paper's Figure 9, if vectors have its 6 bits.
  std::vector<Probe> probes() const override;

  /// The batch of one example in which the sequence is `vectors` [length, bits], to be said `repeats` times.
  SequenceBatch of_vectors(const xt::xtensor<Real, 2>& vectors, std::size_t repeats) const;

  /// The input that stands for a number of repeats.
  double count(std::size_t repeats) const;

 private:
  void lay_out(std::size_t length, std::size_t repeats, std::size_t examples, SequenceBatch& into) const;

  Options options_;
  Range length_, repeats_;  // as drawn; repeats_ is not that of the options where with() chose it
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
