// Copy: see a random binary sequence of unknown length, then say it again.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.1; the layout is that of its Figure 6.
//
//   time --->        0     1 .. L      L+1     L+2 .. 2L+1
//   bits                  x1 .. xL
//   start channel    1
//   end channel                         1
//   target                                      x1 .. xL
//   mask             0     0 .. 0       0        1 .. 1
//
// Blank is 0: the inputs are silent while the answer is due. Inputs are [bits, start, end], 10 wide in the
// paper, targets [bits]. L is drawn uniformly, once for a batch, so that a batch has one number of steps.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Copy final : public Task {
 public:
  struct Options {
    std::size_t min_length = 1;   // L, smallest
    std::size_t max_length = 20;  // L, largest
    std::size_t bits = 8;         // of a vector

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "min_length",
                .help = "shortest sequence",
                .unit = "vector",
                .symbol = "L",
                .minimum = 1},
        min_length);
      f(Setting{.name = "max_length",
                .help = "longest sequence",
                .unit = "vector",
                .symbol = "L",
                .minimum = 1},
        max_length);
      f(Setting{.name = "bits", .help = "bits of a vector", .unit = "bit", .minimum = 1, .maximum = 1e6},
        bits);
    }
  };

  /// Throws UsageError unless 1 <= min_length <= max_length and bits >= 1.
  explicit Copy(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return options_.bits + 2; }
  std::size_t target_size() const override { return options_.bits; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "copy"; }
  std::string picture() const override;
  double chance() const override;  // one bit each: bits · (min_length + max_length) / 2, 84 in the paper
  std::unique_ptr<Task> with_length(std::size_t length) const override;

  /// The stimulus of the paper's Figure 6, if vectors have its 8 bits.
  std::vector<Probe> probes() const override;

  /// The batch of one example in which the sequence is `vectors` [length, bits].
  static SequenceBatch of_vectors(const xt::xtensor<Real, 2>& vectors);

 private:
  Options options_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
