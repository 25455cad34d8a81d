// Dynamic n-grams: predict every next bit of a sequence whose statistics are drawn anew for each sequence.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.4; the layout is that of its Figure 14.
//
//   time --->        0     1     2   ..   T-1
//   input                 b1    b2   ..  bT-1
//   target          b1    b2    b3   ..   bT
//   mask             1     1     1   ..    1
//
// The probability that a bit is 1 depends on the c bits before it: for each of the 2^c contexts it is drawn from
// Beta(1/2, 1/2), for each sequence on its own. The first c bits are fair coins. In the paper c = 5 and T = 200.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Ngrams final : public Task {
 public:
  static constexpr std::size_t kLargestContext = 12;

  struct Options {
    std::size_t length = 200;  // T
    std::size_t context = 5;   // c

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "length", .help = "bits of a sequence", .unit = "bit", .symbol = "T", .minimum = 1},
        length);
      f(Setting{.name = "context",
                .help = "bits that decide the probability of the next one",
                .unit = "bit",
                .minimum = 0,
                .maximum = kLargestContext},
        context);
    }
  };

  /// Throws UsageError unless length >= 1 and context <= kLargestContext.
  explicit Ngrams(const Options& options);

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return 1; }
  std::size_t target_size() const override { return 1; }
  Loss loss() const override { return Loss::bits; }
  std::string_view name() const override { return "ngrams"; }
  std::string picture() const override;
  double chance() const override { return static_cast<double>(options_.length); }  // one bit each

  /// What the Bayes-optimal estimator costs on these very sequences, the paper's Eq. (10): it predicts a 1 with
  /// probability (N1 + 1/2) / (N0 + N1 + 1), N0 and N1 being how often 0 and 1 followed the same context so far, and the
  /// first c bits with 1/2. 133.25 bits a sequence are expected as in the paper.
  double optimum(const Batch& batch) const override;

  std::vector<std::string_view> quantities() const override { return {"length"}; }
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  /// The stimulus of the paper's Figure 14, if the context is its 5 bits.
  std::vector<Probe> probes() const override;

 private:
  Options options_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
