// Which answers a net gives to stored questions about stories.
#pragma once

#include <vector>

#include "framework/data/task.hpp"
#include "framework/io/answer_counts.hpp"
#include "framework/models/model.hpp"
#include "framework/training/workers.hpp"
#include "tasks/babi/babi.hpp"

namespace tapehead {

/// Where the logits [class] that answer each example of a batch stand, of a prediction of its scored steps.
std::vector<const Real*> answer_rows(const Tape& tape, const Prediction& prediction, const Batch& batch);

/// The answers to all questions of a split, counted: those with the largest probability, of all that the model has. One
/// that is no word counts as answer 0.
std::vector<AnswerCount> count_answers(Model& model, const Babi& task, Split split, Workers& workers);

}  // namespace tapehead
