#include "tasks/babi/word_view.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using Id = StoryBatch::Id;

// Calls each(channel) for everything that is read of example b, in its order. Returns how many there were.
template <class Each>
std::size_t for_each_channel(const StoryBatch& stories, std::size_t b, const WordView& view, Each&& each) {
  const std::size_t sentences = stories.sentences.shape()[1], longest = stories.sentences.shape()[2],
                    question_words = stories.questions.shape()[1];
  const std::size_t stop = view.words, asked = view.words + 1, wanted = view.words + 2;
  std::size_t count = 0;
  const auto read = [&](const Id* words, Id length, std::size_t mark) {
    for (Id i = 0; i < length; ++i, ++count) each(static_cast<std::size_t>(words[i] - 1));
    if (view.marks) {
      each(mark);
      ++count;
    }
  };
  for (std::size_t s = 0; s < static_cast<std::size_t>(stories.story_lengths(b)); ++s) {
    const std::size_t row = b * sentences + s;
    read(stories.sentences.data() + row * longest, stories.sentence_lengths.data()[row], stop);
  }
  read(stories.questions.data() + b * question_words, stories.question_lengths(b), asked);
  if (view.marks) {
    each(wanted);
    ++count;
  }
  return count;
}

}  // namespace

std::size_t WordView::steps(std::size_t statements, std::size_t words_of_all) const {
  return std::max<std::size_t>(1, words_of_all + (marks ? statements + 2 : 0));
}

void read_word_by_word(const StoryBatch& stories, const WordView& view, std::size_t steps,
                       SequenceBatch& into) {
  const std::size_t examples = stories.size();
  for (std::size_t b = 0; b < examples; ++b)
    steps = std::max({steps, std::size_t{1}, for_each_channel(stories, b, view, [](std::size_t) {})});
  reset(into, steps, examples, view.channels(), view.words);
  for (std::size_t b = 0; b < examples; ++b) {
    std::size_t t = 0;
    for_each_channel(stories, b, view, [&](std::size_t channel) { into.inputs(t++, b, channel) = 1; });
    const std::size_t last = t > 0 ? t - 1 : 0;  // of a question of which no word is known nothing is read
    into.mask(last, b) = 1;
    if (const Id answer = stories.answers(b); answer > 0)
      into.targets(last, b, static_cast<std::size_t>(answer - 1)) = 1;
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
