#include "framework/models/story_bags.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

void expect_words(const char* where, std::uint32_t words, std::size_t longest) {
  if (words > longest) throw_shape_error(where, "a sentence's words", {words}, {longest});
}

}  // namespace

StoryBags statement_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t most,
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

Windows word_windows(Tape& tape, const StoryBags& statements, std::size_t size, std::size_t centre_rows) {
  const Bags& told = statements.bags;
  const auto beside = static_cast<std::uint32_t>(size / 2);
  const std::size_t count = told.starts[told.count],
                    examples = statements.starts.size() - 1;  // a window a word
  auto* const first = tape.arena().array<std::uint32_t>(examples + 1);
  auto* const key_starts = tape.arena().array<std::uint32_t>(count + 1);
  auto* const centre_starts = tape.arena().array<std::uint32_t>(count + 1);
  std::uint32_t longest = 0;
  for (std::size_t s = 0; s < told.count; ++s)
    longest = std::max(longest, told.starts[s + 1] - told.starts[s]);
  auto* const keys = tape.arena().array<std::int32_t>(count * std::min<std::size_t>(2 * beside + 1, longest));
  auto* const centres = tape.arena().array<std::int32_t>(count);
  auto* const times = tape.arena().array<std::uint32_t>(count);
  auto* const statement_of = tape.arena().array<std::uint32_t>(count);
  const auto own = static_cast<std::int32_t>(centre_rows);
  std::uint32_t next = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    first[b] = told.starts[statements.starts[b]];
    for (std::uint32_t s = statements.starts[b]; s < statements.starts[b + 1]; ++s) {
      const std::uint32_t begin = told.starts[s], end = told.starts[s + 1];
      for (std::uint32_t centre = begin; centre < end; ++centre) {
        key_starts[centre] = next;
        const std::uint32_t from = centre - std::min(beside, centre - begin);
        const std::uint32_t to = centre + std::min(beside, end - 1 - centre);
        for (std::uint32_t j = from; j <= to; ++j) keys[next++] = told.words[j] + (j == centre ? own : 0);
        centres[centre] = told.words[centre] + own;
        centre_starts[centre] = centre;
        statement_of[centre] = s - statements.starts[b];
        if (told.times != nullptr) times[centre] = told.times[s];
      }
    }
  }
  key_starts[count] = next;
  first[examples] = centre_starts[count] = static_cast<std::uint32_t>(count);
  const std::uint32_t* const ages = told.times != nullptr ? times : nullptr;
  return {{{keys, key_starts, ages, count}, {first, examples + 1}},
          {centres, centre_starts, ages, count},
          statement_of};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
