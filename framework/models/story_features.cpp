#include "framework/models/story_features.hpp"

#include <algorithm>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

StoryFeatures::StoryFeatures(Arena& arena, const StoryBatch& batch, std::size_t most, std::size_t words,
                             const NgramIndex* ngrams) {
  using Id = StoryBatch::Id;
  const std::size_t examples = batch.size(), places = batch.sentences.shape()[1],
                    longest = batch.sentences.shape()[2], asked = batch.questions.shape()[1];
  const std::size_t each = ngrams == nullptr ? 1 : 3;  // features of a word at most
  std::size_t rows = examples, features = examples * asked * each;
  const auto kept = [&](std::size_t b) {
    return std::min(most, static_cast<std::size_t>(batch.story_lengths.data()[b]));
  };
  for (std::size_t b = 0; b < examples; ++b) {
    rows += kept(b);
    features += kept(b) * longest * each;
  }
  features_ = arena.array<std::uint32_t>(features);
  starts_ = arena.array<std::uint32_t>(rows + 1);
  first_row_ = arena.array<std::uint32_t>(examples + 1);
  std::uint32_t row = 0, next = 0;
  const auto add_row = [&](std::span<const Id> sentence) {
    starts_[row] = next;
    for (const Id word : sentence) {
      if (word < 1 || static_cast<std::size_t>(word) > words)
        throw_shape_error("StoryFeatures", "a word's id", {static_cast<std::size_t>(word)}, {words});
      features_[next++] = static_cast<std::uint32_t>(word - 1);
    }
    if (ngrams != nullptr)
      ngrams->for_each(sentence,
                       [&](std::size_t n) { features_[next++] = static_cast<std::uint32_t>(words + n); });
    most_ = std::max<std::size_t>(most_, next - starts_[row]);
    starts_[++row] = next;
  };
  starts_[0] = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    first_row_[b] = row;
    const auto length = static_cast<std::size_t>(batch.story_lengths.data()[b]);
    for (std::size_t s = length - kept(b); s < length; ++s) {
      const std::size_t at = b * places + s;
      add_row({batch.sentences.data() + at * longest,
               static_cast<std::size_t>(batch.sentence_lengths.data()[at])});
    }
    add_row({batch.questions.data() + b * asked, static_cast<std::size_t>(batch.question_lengths.data()[b])});
  }
  first_row_[examples] = row;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
