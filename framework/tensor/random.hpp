// Random numbers that are a function of where they are used, not of when.
//
// A draw depends on (seed, stream name, step, example, index) and on nothing else, by the counter-based
// generator Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). There is no
// generator state: two threads, two orders of work, or an interrupted and resumed run draw the same numbers.
//
//   const RandomStream train(seed, "train");
//   Draws draws = train.step(57).example(3).draws();
//   const std::size_t length = 1 + draws.below(20);
//
// Key:     64 bits made from the seed and the stream's name (children: from the parent's key and the name).
// Counter: block index (32 bits) | example (32 bits) | step (64 bits); one block is four 32-bit words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

using PhiloxCounter = std::array<std::uint32_t, 4>;  // least significant word first
using PhiloxKey = std::array<std::uint32_t, 2>;      // least significant word first

/// The Philox4x32-10 bijection: four random words for one counter under one key.
PhiloxCounter philox(const PhiloxCounter& counter, const PhiloxKey& key);

/// The sequence of draws at one place of a stream. Copies continue independently from where the original was.
/// After 2^34 words (2^33 uniforms) the sequence repeats.
class Draws {
 public:
  /// 32 random bits.
  std::uint32_t bits() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
  }

  /// Uniform on [0, 1), a multiple of 2^-53; takes two words.
  double uniform();

  /// Normal with mean 0 and variance 1 by the Box-Muller transform; takes four words.
  double normal();

  /// Uniform on {0, ..., n - 1}, without bias: words in the uneven remainder are drawn again.
  /// Throws std::invalid_argument if n is 0.
  std::size_t below(std::size_t n);

  /// The same words that as many calls of bits() would give.
  void fill_bits(std::span<std::uint32_t> into);

  /// Independent fair coins, each 0 or 1. One word serves 32 of them; every call starts on a fresh word.
  void fill_coins(std::span<Real> into);

 private:
  friend class RandomStream;
  Draws(const PhiloxCounter& first, const PhiloxKey& key) : next_(first), key_(key) {}

  void refill();
  std::uint64_t wide_bits();

  PhiloxCounter next_;
  PhiloxKey key_;
  PhiloxCounter block_{};
  std::size_t used_ = std::tuple_size_v<PhiloxCounter>;
};

/// A named family of draws; a small value to be passed by const reference.
class RandomStream {
 public:
  /// The stream `name` of a seed, at step 0, outside any example. Different names give unrelated streams.
  RandomStream(std::uint64_t seed, std::string_view name);

  /// A stream of its own under this one, at the same step and example.
  RandomStream child(std::string_view name) const;

  /// The same stream at another step. The last value of the type is reserved for deriving keys.
  RandomStream step(std::uint64_t step) const;

  /// The same stream at an example of a batch. Draws made outside any example (say, the length that a whole
  /// batch shares) overlap with those of no example; 2^32 - 1 examples can be told apart.
  RandomStream example(std::uint32_t example) const;

  /// The draws of this place, from the first.
  Draws draws() const;

 private:
  static constexpr std::uint32_t kOutsideExamples = ~std::uint32_t{0};

  PhiloxKey key_;
  std::uint64_t step_ = 0;
  std::uint32_t example_ = kOutsideExamples;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
