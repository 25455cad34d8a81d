// A story whose beginning is forgotten.
#pragma once

#include "framework/data/batch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::testing {

/// The last `kept` statements of one story, with those of its supporting facts that are among them, in their order.
inline StoryBatch last_statements(const StoryBatch& all, std::size_t kept) {
  using Id = StoryBatch::Id;
  const std::size_t words = all.sentences.shape()[2],
                    first = static_cast<std::size_t>(all.story_lengths(0)) - kept;
  StoryBatch last;
  reset(last, {.examples = 1,
               .sentences = kept,
               .words = words,
               .question_words = all.questions.shape()[1],
               .facts = all.supporting_facts.shape()[1]});
  last.story_lengths(0) = static_cast<Id>(kept);
  for (std::size_t s = 0; s < kept; ++s) {
    last.sentence_ages(0, s) = all.sentence_ages(0, first + s);
    last.sentence_lengths(0, s) = all.sentence_lengths(0, first + s);
    for (std::size_t w = 0; w < words; ++w) last.sentences(0, s, w) = all.sentences(0, first + s, w);
  }
  Id facts = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(all.supporting_counts(0)); ++k) {
    const Id fact = all.supporting_facts(0, k) - static_cast<Id>(first);
    if (fact >= 0) last.supporting_facts(0, static_cast<std::size_t>(facts++)) = fact;
  }
  last.supporting_counts(0) = facts;
  last.questions = all.questions;
  last.question_lengths = all.question_lengths;
  last.answers = all.answers;
  return last;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::testing
