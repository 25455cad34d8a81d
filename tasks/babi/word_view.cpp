#include "tasks/babi/word_view.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// Marks, behind the words.
constexpr std::size_t kStop = 0, kAsked = 1, kWanted = 2;

void read(const StoryBatch& stories, std::size_t b, WordReader& reader) {
  const std::size_t sentences = stories.sentences.shape()[1], longest = stories.sentences.shape()[2],
                    question_words = stories.questions.shape()[1];
  for (std::size_t s = 0; s < static_cast<std::size_t>(stories.story_lengths(b)); ++s) {
    const std::size_t row = b * sentences + s;
    reader.read_statement({stories.sentences.data() + row * longest,
                           static_cast<std::size_t>(stories.sentence_lengths.data()[row])});
  }
  reader.read_question(
      {stories.questions.data() + b * question_words, static_cast<std::size_t>(stories.question_lengths(b))});
  reader.answer({stories.answers.data() + b, 1});
}

}  // namespace

void WordReader::read(std::size_t channel) {
  if (into_ != nullptr) into_->inputs(steps_, example_, channel) = 1;
  ++steps_;
}

void WordReader::read(Ids words, std::size_t mark) {
  for (const StoryBatch::Id word : words) read(static_cast<std::size_t>(word - 1));
  if (view_.marks) read(view_.words + mark);
}

void WordReader::read_statement(Ids words) { read(words, kStop); }

void WordReader::read_question(Ids words) { read(words, kAsked); }

void WordReader::answer(Ids words) {
  for (const StoryBatch::Id word : words) {
    if (view_.marks) read(view_.words + kWanted);
    want(word);
  }
}

void WordReader::want(StoryBatch::Id word) {
  if (into_ == nullptr) return;
  const std::size_t step = steps() - 1;  // of a question of which no word is known nothing is read
  into_->mask(step, example_) = 1;
  if (word > 0) into_->targets(step, example_, static_cast<std::size_t>(word - 1)) = 1;
}

void read_word_by_word(const StoryBatch& stories, const WordView& view, SequenceBatch& into) {
  const std::size_t examples = stories.size();
  std::size_t steps = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    WordReader counted(view);
    read(stories, b, counted);
    steps = std::max(steps, counted.steps());
  }
  reset(into, steps, examples, view.channels(), view.classes());
  for (std::size_t b = 0; b < examples; ++b) {
    WordReader reader(view, into, b);
    read(stories, b, reader);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
