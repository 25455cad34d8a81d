// Small stories of random words, for models that read a sentence at once.
#pragma once

#include "framework/models/model.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead::testing {

inline const StoryShape kSmallStories{
    .words = 9, .longest_sentence = 4, .longest_question = 3, .statements = 5};
inline const TaskShape kSmallStoryTask{
    .input_size = 9, .target_size = 9, .loss = Loss::classes, .story = kSmallStories};

/// Stories of 0 to `most` sentences; ages grow by more than one where sentences were left out.
inline StoryBatch random_stories(std::size_t examples, std::size_t most) {
  using Id = StoryBatch::Id;
  Draws draws = RandomStream(3, "stories").draws();
  StoryBatch batch;
  reset(batch, {.examples = examples, .sentences = most, .words = 4, .question_words = 3, .facts = 1});
  const auto word = [&] { return static_cast<Id>(1 + draws.below(kSmallStories.words)); };
  for (std::size_t b = 0; b < examples; ++b) {
    const std::size_t length = (b + most) % (most + 1);
    batch.story_lengths(b) = static_cast<Id>(length);
    Id age = 0;
    for (std::size_t s = length; s-- > 0; age += static_cast<Id>(1 + draws.below(2))) {
      batch.sentence_ages(b, s) = age;
      batch.sentence_lengths(b, s) = static_cast<Id>(1 + draws.below(4));
      for (Id w = 0; w < batch.sentence_lengths(b, s); ++w)
        batch.sentences(b, s, static_cast<std::size_t>(w)) = word();
    }
    batch.question_lengths(b) = static_cast<Id>(1 + draws.below(3));
    for (Id w = 0; w < batch.question_lengths(b); ++w)
      batch.questions(b, static_cast<std::size_t>(w)) = word();
    batch.answers(b) = word();
  }
  return batch;
}

}  // namespace tapehead::testing
