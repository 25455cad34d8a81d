#include "tasks/add.hpp"

#include <cmath>

#include "tasks/layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

enum Channel : std::size_t { kBit, kPlus, kEquals };

// Makes the answer what the inputs say: bit by bit, with a carry.
void set_targets(std::size_t length, std::size_t example, SequenceBatch& batch) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const unsigned a = batch.inputs(i, example, kBit) != 0;
    const unsigned b = batch.inputs(length + 1 + i, example, kBit) != 0;
    const unsigned sum = a + b + carry;
    batch.targets(2 * length + 2 + i, example, 0) = static_cast<Real>(sum % 2);
    carry = sum / 2;
  }
  batch.targets(3 * length + 2, example, 0) = static_cast<Real>(carry);
}

}  // namespace

Add::Add(const Options& options) : options_(options) {
  expect_range({options_.min_length, options_.max_length}, "min_length", "max_length", 1);
}

void Add::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  Draws shared = stream.draws();
  const std::size_t length = Range{options_.min_length, options_.max_length}.draw(shared);
  SequenceBatch& sequences = as<SequenceBatch>(into);
  reset(sequences, 3 * length + 3, batch, input_size(), target_size());
  for (std::size_t b = 0; b < batch; ++b) {
    Draws draws = stream.example(static_cast<std::uint32_t>(b)).draws();
    for (std::size_t i = 0; i < length; ++i) {
      const std::uint32_t bits = draws.bits();
      sequences.inputs(i, b, kBit) = static_cast<Real>(bits & 1U);
      sequences.inputs(length + 1 + i, b, kBit) = static_cast<Real>(bits >> 1 & 1U);
    }
    sequences.inputs(length, b, kPlus) = 1;
    sequences.inputs(2 * length + 1, b, kEquals) = 1;
    score_steps(sequences, 2 * length + 2, length + 1, b);
    set_targets(length, b, sequences);
  }
}

std::string Add::picture() const {
  return "time --->         0 .. L-1      L     L+1 .. 2L     2L+1    2L+2 .. 3L+2\n"
         "bit              a1 .. aL             b1 .. bL\n"
         "plus channel                    1\n"
         "equals channel                                        1\n"
         "target                                                       s1 .. sL+1      s = a + b\n"
         "mask              0 .. 0        0      0 .. 0         0       1 .. 1\n";
}

// The L lower bits of a sum are fair; the highest is 1 with probability 1/2 - 2^-(L+1).
double Add::chance() const {
  double ones = 0, bits = 0;
  for (std::size_t length = options_.min_length; length <= options_.max_length; ++length) {
    const auto l = static_cast<double>(length);
    ones += l / 2 + 0.5 - std::exp2(-l - 1);
    bits += l + 1;
  }
  const auto lengths = static_cast<double>(options_.max_length - options_.min_length + 1);
  return bits / lengths * entropy_in_bits(ones / bits);
}

std::unique_ptr<Task> Add::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "length") return Task::with(quantity, value);
  expect_at_least(value, "length", 1);
  return std::make_unique<Add>(Options{.min_length = value, .max_length = value});
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
