#include "framework/models/model.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "framework/nn/losses.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

TaskShape shape_of(const Task& task) {
  return {task.input_size(), task.target_size(), task.loss(), task.story_shape()};
}

void expect_sequences(const TaskShape& task) {
  if (task.story.words > 0)
    throw UsageError(
        "the task has stories, and this model reads sequences (model.name=memn2n reads stories)");
}

void expect_stories(const TaskShape& task, const std::string& model) {
  if (task.story.words == 0)
    throw UsageError("model.name=" + model +
                     " reads stories with questions; the task has none (task.name=babi has)");
}

std::span<const std::size_t> Model::steps_of(Tape& tape, const SequenceBatch& batch, Steps steps) {
  const std::size_t examples = batch.size();
  auto* const chosen = tape.arena().array<std::size_t>(batch.steps());
  std::size_t count = 0;
  for (std::size_t t = 0; t < batch.steps(); ++t) {
    const Real* const mask = batch.mask.data() + t * examples;
    const bool counts = std::any_of(mask, mask + examples, [](Real m) { return m != 0; });
    if (counts || steps == Steps::all) chosen[count++] = t;
  }
  if (count == 0) throw std::invalid_argument("the loss counts at no step of the batch");
  return {chosen, count};
}

const SequenceBatch& Model::sequences(const char* where, const Batch& batch) const {
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  if (sequence == nullptr)
    throw std::invalid_argument(std::string(where) + ": the batch holds stories, not sequences");
  const auto shape = [](const auto& tensor) {
    Shape result;
    for (const std::size_t extent : tensor.shape()) result.push_back(extent);
    return result;
  };
  const std::size_t steps = sequence->steps(), examples = sequence->size();
  expect_shape(where, "inputs", shape(sequence->inputs), {steps, examples, task_.input_size});
  expect_shape(where, "targets", shape(sequence->targets), {steps, examples, task_.target_size});
  expect_shape(where, "mask", shape(sequence->mask), {steps, examples});
  return *sequence;
}

Score& Score::operator+=(const Score& other) {
  loss += other.loss;
  wrong += other.wrong;
  examples += other.examples;
  return *this;
}

const StoryBatch& Model::stories(const char* where, const Batch& batch) {
  const auto* const story = std::get_if<StoryBatch>(&batch);
  if (story == nullptr)
    throw std::invalid_argument(std::string(where) + ": the batch holds sequences, not stories");
  return *story;
}

Model::Scored Model::score(Tape& tape, const Batch& batch, Recorder* recorder) const {
  const bool stories = std::holds_alternative<StoryBatch>(batch);
  return stories ? score_stories(tape, batch, recorder) : score_sequences(tape, batch, recorder);
}

Model::Scored Model::score_stories(Tape& tape, const Batch& batch, Recorder* recorder) const {
  const StoryBatch& story = stories("Model::score", batch);
  const Var logits = predict(tape, batch, Steps::scored, recorder).logits;
  const std::size_t examples = story.size(), n = tape.shape(logits).back();
  Real* const targets = tape.arena().reals(examples * n);
  Real* const mask = tape.arena().reals(examples);
  std::fill_n(targets, examples * n, Real(0));
  std::fill_n(mask, examples, Real(1));
  bool answerable = true;
  for (std::size_t b = 0; b < examples; ++b) {
    const StoryBatch::Id answer = story.answers(b);
    if (answer > 0) {
      targets[b * n + static_cast<std::size_t>(answer - 1)] = 1;
    } else {
      mask[b] = 0;
      answerable = false;
    }
  }
  Scored result{class_loss(tape, logits, {targets, examples * n}, {mask, examples}), logits, {}};
  result.score.loss =
      answerable ? static_cast<double>(tape.value(result.loss)[0]) : std::numeric_limits<double>::infinity();
  result.score.examples = static_cast<double>(examples);
  result.score.wrong = wrong_answers(tape, logits, story);
  return result;
}

double Model::wrong_answers(const Tape& tape, Var logits, const StoryBatch& batch) {
  const std::size_t n = tape.shape(logits).back();
  double wrong = 0;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const Real* const x = tape.data(logits) + b * n;
    wrong += std::max_element(x, x + n) - x == batch.answers(b) - 1 ? 0 : 1;
  }
  return wrong;
}

Model::Scored Model::score_sequences(Tape& tape, const Batch& batch, Recorder* recorder) const {
  const SequenceBatch& sequence = sequences("Model::score", batch);
  const Prediction prediction = predict(tape, batch, Steps::scored, recorder);
  const std::size_t examples = sequence.size(), n = task_.target_size,
                    rows = prediction.steps.size() * examples;
  Real* const targets = tape.arena().reals(rows * n);
  Real* const mask = tape.arena().reals(rows);
  for (std::size_t i = 0; i < prediction.steps.size(); ++i) {
    const std::size_t t = prediction.steps[i];
    std::copy_n(sequence.targets.data() + t * examples * n, examples * n, targets + i * examples * n);
    std::copy_n(sequence.mask.data() + t * examples, examples, mask + i * examples);
  }
  const auto loss = task_.loss == Loss::bits ? bits_loss : class_loss;
  Scored result{loss(tape, prediction.logits, {targets, rows * n}, {mask, rows}), prediction.logits, {}};
  result.score.loss = static_cast<double>(tape.value(result.loss)[0]);
  result.score.examples = static_cast<double>(examples);
  const Real* const logits = tape.data(prediction.logits);
  for (std::size_t row = 0; row < rows; ++row) {
    if (mask[row] == 0) continue;
    const Real *const x = logits + row * n, *const target = targets + row * n;
    if (task_.loss == Loss::bits) {
      for (std::size_t i = 0; i < n; ++i) result.score.wrong += (x[i] > 0) != (target[i] > Real(0.5)) ? 1 : 0;
    } else {
      const bool right = std::max_element(x, x + n) - x == std::max_element(target, target + n) - target;
      result.score.wrong += right ? 0 : 1;
    }
  }
  return result;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
