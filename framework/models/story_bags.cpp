#include "framework/models/story_bags.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

void expect_words(const char* where, std::uint32_t words, std::size_t longest) {
  if (words > longest) throw_shape_error(where, "a sentence's words", {words}, {longest});
}

}  // namespace

StatementBags statement_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t most,
                             std::size_t longest, bool timed) {
  const std::size_t examples = batch.size(), sentences = batch.sentences.shape()[1],
                    words = batch.sentences.shape()[2];
  auto* const first = tape.arena().array<std::uint32_t>(examples + 1);
  first[0] = 0;
  const auto kept = [&](std::size_t b) {
    return std::min(most, static_cast<std::size_t>(batch.story_lengths.data()[b]));
  };
  for (std::size_t b = 0; b < examples; ++b) first[b + 1] = first[b] + static_cast<std::uint32_t>(kept(b));
  const std::size_t rows = first[examples];
  auto* const starts = tape.arena().array<std::uint32_t>(rows + 1);
  auto* const times = tape.arena().array<std::uint32_t>(rows);
  auto* const ids = tape.arena().array<std::int32_t>(rows * words);
  std::uint32_t next = 0, row = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    const auto length = static_cast<std::size_t>(batch.story_lengths.data()[b]);
    for (std::size_t s = length - kept(b); s < length; ++s, ++row) {
      const std::size_t at = b * sentences + s;
      const auto count = static_cast<std::uint32_t>(batch.sentence_lengths.data()[at]);
      expect_words(where, count, longest);
      std::copy_n(batch.sentences.data() + at * words, count, ids + next);
      starts[row] = next;
      times[row] = std::min(static_cast<std::uint32_t>(batch.sentence_ages.data()[at]),
                            static_cast<std::uint32_t>(most - 1));
      next += count;
    }
  }
  starts[rows] = next;
  return {{ids, starts, timed ? times : nullptr, rows}, {first, examples + 1}};
}

Bags question_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t longest) {
  const std::size_t examples = batch.size(), words = batch.questions.shape()[1];
  auto* const starts = tape.arena().array<std::uint32_t>(examples + 1);
  auto* const ids = tape.arena().array<std::int32_t>(examples * words);
  starts[0] = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    const auto count = static_cast<std::uint32_t>(batch.question_lengths.data()[b]);
    expect_words(where, count, longest);
    std::copy_n(batch.questions.data() + b * words, count, ids + starts[b]);
    starts[b + 1] = starts[b] + count;
  }
  return {ids, starts, nullptr, examples};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
