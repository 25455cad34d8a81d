// Which answers a net gives to stored questions about stories.
#pragma once

#include <vector>

#include "framework/data/task.hpp"
#include "framework/io/answer_counts.hpp"
#include "framework/models/model.hpp"
#include "framework/training/workers.hpp"
#include "tasks/babi/babi.hpp"

namespace tapehead {

/// A word that an example of a batch was to answer.
struct AnswerRow {
  std::size_t example;
  const Real* logits;    // [class], the tape's
  StoryBatch::Id right;  // 0: no word
};

/// The answers to a batch, example by example: one each, or, in whole stories, each word of every answer. `prediction` is
/// that of its scored steps.
std::vector<AnswerRow> answer_rows(const Tape& tape, const Prediction& prediction, const Batch& batch);

/// The answers to all questions of a split, counted, in whole stories word by word: those with the largest probability, of
/// all that the model has. One that is no word counts as answer 0.
std::vector<AnswerCount> count_answers(Model& model, const Babi& task, Split split, Workers& workers);

}  // namespace tapehead
