// Tasks that show random binary vectors between two flags and ask for the same vectors in an order of their own:
// copy, reverse, sort. The layout is that of Figure 6 of Graves, Wayne and Danihelka 2014, arXiv:1410.5401.
//
//   time --->        0     1 .. L      L+1     L+2 .. 2L+1
//   bits                  x1 .. xL
//   start channel    1
//   end channel                         1
//   target                                      y1 .. yL
//   mask             0     0 .. 0       0        1 .. 1
//
// Blank is 0: the inputs are silent while the answer is due. Inputs are [bits, start, end], targets [bits]. L is drawn
// uniformly, once for a batch, so that a batch has one number of steps.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "framework/data/task.hpp"
#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Rearrangement : public Task {
 public:
  struct Options {
    std::size_t min_length = 1;   // L, smallest
    std::size_t max_length = 20;  // L, largest
    std::size_t bits = 8;         // of a vector

    template <class F>
    void visit(F&& f) {
      visit_lengths(f, min_length, max_length);
      visit_bits(f, bits);
    }
  };

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t input_size() const override { return options_.bits + 2; }
  std::size_t target_size() const override { return options_.bits; }
  Loss loss() const override { return Loss::bits; }
  std::string picture() const override;
  double chance()
      const override;  // one bit each: bits · (min_length + max_length) / 2, 84 for copy in the paper
  double optimum(const Batch&) const override { return 0; }
  std::vector<std::string_view> quantities() const override { return {"length"}; }
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  /// The batch of one example in which the sequence is `vectors` [length, bits].
  SequenceBatch of_vectors(const xt::xtensor<Real, 2>& vectors) const;

 protected:
  /// Throws UsageError unless 1 <= min_length <= max_length and bits >= 1. `answer` is what the picture calls the
  /// targets, 8 characters: "x1 .. xL".
  Rearrangement(const Options& options, std::string_view answer);

  /// The vectors of one answer, by place.
  class Vectors {
   public:
    Vectors(SequenceBatch& batch, std::size_t example) : batch_(batch), example_(example) {}
    std::size_t size() const { return (batch_.steps() - 2) / 2; }  // L
    std::span<Real> operator[](std::size_t place) const;
    void swap(std::size_t a, std::size_t b) const;

   private:
    SequenceBatch& batch_;
    std::size_t example_;
  };

  /// Puts the vectors, which come in the order of the inputs, into that of the answer.
  virtual void rearrange(const Vectors& vectors) const = 0;

  /// The same task with other options.
  virtual std::unique_ptr<Task> with_options(const Options& options) const = 0;

  const Options& options() const { return options_; }

 private:
  void set_targets(SequenceBatch& batch) const;

  Options options_;
  std::string_view answer_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
