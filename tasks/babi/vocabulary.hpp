// Words and their ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "framework/tensor/real.hpp"
#include "tasks/babi/story_text.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Ids 1 to size() in the order of the words' bytes, so that they follow from the words and not from where they stand.
class Vocabulary {
 public:
  using Id = std::int32_t;

  Vocabulary() = default;
  /// In any order; what is there twice counts once.
  explicit Vocabulary(std::vector<std::string> words);

  /// Every word of statements and questions, and every answer as one word, or the words of answers if they are `apart`.
  static Vocabulary of(const std::vector<const std::vector<Story>*>& sets, bool apart = false);

  std::size_t size() const { return words_.size(); }
  const std::string& word(Id id) const { return words_[static_cast<std::size_t>(id - 1)]; }
  const std::vector<std::string>& words() const { return words_; }
  /// 0 for a word that is not there.
  Id id(const std::string& word) const;

 private:
  std::vector<std::string> words_;
  std::unordered_map<std::string, Id> ids_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
