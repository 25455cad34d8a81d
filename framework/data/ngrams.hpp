// Which pairs and triples of words occur next to each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The 2-grams and 3-grams of some sentences, numbered in the order in which they were first seen.
class NgramIndex {
 public:
  using Id = std::int32_t;

  /// Takes in those of a sentence; word ids are from 1 and below 2^21.
  void add(std::span<const Id> sentence);

  std::size_t size() const { return numbers_.size(); }

  /// Calls visit(number) for each that occurs in `sentence` and is known, first to last, pairs before triples; what is
  /// there twice is visited twice.
  template <class Visit>
  void for_each(std::span<const Id> sentence, Visit&& visit) const {
    for (std::size_t n = 2; n <= 3; ++n) {
      for (std::size_t i = 0; i + n <= sentence.size(); ++i) {
        const auto found = numbers_.find(key(sentence.subspan(i, n)));
        if (found != numbers_.end()) visit(static_cast<std::size_t>(found->second));
      }
    }
  }

 private:
  static std::uint64_t key(std::span<const Id> words) {
    std::uint64_t result = 0;
    for (const Id word : words) result = result << 21 | static_cast<std::uint64_t>(word);
    return result;
  }

  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
