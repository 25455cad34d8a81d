// Add: see two binary numbers, then say their sum. The lowest bit of a number comes first.
//
//   time --->         0 .. L-1      L     L+1 .. 2L     2L+1    2L+2 .. 3L+2
//   bit              a1 .. aL             b1 .. bL
//   plus channel                    1
//   equals channel                                        1
//   target                                                       s1 .. sL+1      s = a + b
//   mask              0 .. 0        0      0 .. 0         0       1 .. 1
//
// Blank is 0. Inputs are [bit, plus, equals], targets [bit]. L is drawn uniformly, once for a batch.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Add final : public Task {
 public:
  struct Options {
    std::size_t min_length = 1;   // L, smallest
    std::size_t max_length = 10;  // L, largest

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "min_length",
                .help = "fewest bits of a number",
                .unit = "bit",
                .symbol = "L",
                .minimum = 1},
        min_length);
      f(Setting{.name = "max_length",
                .help = "most bits of a number",
                .unit = "bit",
                .symbol = "L",
                .minimum = 1},
        max_length);
    }
  };

  /// Throws UsageError unless 1 <= min_length <= max_length.
  explicit Add(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return 3; }
  std::size_t target_size() const override { return 1; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "add"; }
  std::string picture() const override;
  double chance() const override;  // all bits guessed with the one frequency of ones
  double optimum(const Batch&) const override { return 0; }
  std::vector<std::string_view> quantities() const override { return {"length"}; }
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

 private:
  Options options_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
