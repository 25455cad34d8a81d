#include "framework/models/model.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "framework/nn/losses.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::size_t kNoStep = ~std::size_t{0};

}  // namespace

TaskShape shape_of(const Task& task) {
  return {task.input_size(), task.target_size(), task.loss(), task.story_shape()};
}

void expect_sequences(const TaskShape& task) {
  if (task.story.words > 0)
    throw UsageError(
        "the task has stories, and this model reads sequences (model.name=memn2n reads stories; "
        "task.view=words gives them as sequences)");
}

void expect_stories(const TaskShape& task, const std::string& model) {
  if (task.story.words == 0)
    throw UsageError(
        "model.name=" + model +
        " reads stories with questions; the task has none (task.name=babi has, with task.view=sentences)");
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
  judged += other.judged;
  return *this;
}

const StoryBatch& Model::stories(const char* where, const Batch& batch) {
  const auto* const story = std::get_if<StoryBatch>(&batch);
  if (story == nullptr)
    throw std::invalid_argument(std::string(where) + ": the batch holds sequences, not stories");
  return *story;
}

Model::Targets Model::targets_of(Tape& tape, const StoryBatch& stories, std::size_t columns) const {
  const std::size_t examples = stories.size();
  const Targets targets{tape.arena().reals(examples * columns), tape.arena().reals(examples)};
  std::fill_n(targets.values, examples * columns, Real(0));
  std::fill_n(targets.mask, examples, Real(1));
  for (std::size_t b = 0; b < examples; ++b) {
    if (const StoryBatch::Id answer = stories.answers(b); answer > 0)
      targets.values[b * columns + static_cast<std::size_t>(answer - 1)] = 1;
  }
  return targets;
}

double Model::wrong_answers(const Tape& tape, Var logits, const StoryBatch& batch) {
  const std::size_t n = tape.shape(logits).back();
  double wrong = 0;
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const std::size_t given = largest_in_row(tape.data(logits) + b * n, n);
    wrong += static_cast<StoryBatch::Id>(given) == batch.answers(b) - 1 ? 0 : 1;
  }
  return wrong;
}

Model::Targets Model::targets_of(Tape& tape, const SequenceBatch& sequence,
                                 const Prediction& prediction) const {
  const std::size_t examples = sequence.size(), n = task_.target_size,
                    rows = prediction.steps.size() * examples;
  const Targets targets{tape.arena().reals(rows * n), tape.arena().reals(rows)};
  for (std::size_t i = 0; i < prediction.steps.size(); ++i) {
    const std::size_t t = prediction.steps[i];
    std::copy_n(sequence.targets.data() + t * examples * n, examples * n, targets.values + i * examples * n);
    std::copy_n(sequence.mask.data() + t * examples, examples, targets.mask + i * examples);
  }
  return targets;
}

void Model::judge_bits(const Tape& tape, const Prediction& prediction, const Targets& targets, Score& score) {
  const std::size_t n = tape.shape(prediction.logits).back();
  for (std::size_t row = 0; row < tape.shape(prediction.logits).rows(); ++row) {
    if (targets.mask[row] == 0) continue;
    const Real *const x = tape.data(prediction.logits) + row * n, *const target = targets.values + row * n;
    for (std::size_t i = 0; i < n; ++i) score.wrong += (x[i] > 0) != (target[i] > Real(0.5)) ? 1 : 0;
  }
  score.judged = score.examples;
}

void Model::judge_answers(const Tape& tape, const Prediction& prediction, const Targets& targets,
                          Score& score) {
  const std::size_t n = tape.shape(prediction.logits).back(),
                    examples = static_cast<std::size_t>(score.examples);
  for (std::size_t b = 0; b < examples; ++b) {
    bool wrong = false;          // the answer that step `last` belongs to
    std::size_t last = kNoStep;  // scored in this example
    for (std::size_t i = 0; i < prediction.steps.size(); ++i) {
      const std::size_t row = i * examples + b;
      if (targets.mask[row] == 0) continue;
      const bool begins = last == kNoStep || prediction.steps[i] != last + 1;
      last = prediction.steps[i];
      const Real* const target = targets.values + row * n;
      const std::size_t right = largest_in_row(target, n);
      const bool has_answer = target[right] > 0;
      const bool is_wrong = !has_answer || largest_in_row(tape.data(prediction.logits) + row * n, n) != right;
      if (begins) ++score.judged;
      if (is_wrong && (begins || !wrong)) ++score.wrong;
      wrong = is_wrong || (wrong && !begins);
    }
  }
}

void Model::leave_out_unanswerable(const Targets& targets, std::size_t rows, std::size_t columns,
                                   Score& score) {
  for (std::size_t row = 0; row < rows; ++row) {
    const Real* const target = targets.values + row * columns;
    if (targets.mask[row] == 0 || target[largest_in_row(target, columns)] > 0) continue;
    targets.mask[row] = 0;
    score.loss = std::numeric_limits<double>::infinity();
  }
}

Model::Scored Model::score_batch(Tape& tape, const Batch& batch, Recorder* recorder) const {
  const auto* const stories = std::get_if<StoryBatch>(&batch);
  const Prediction prediction = predict(tape, batch, Steps::scored, recorder);
  const Shape shape = tape.shape(prediction.logits);
  const std::size_t rows = shape.rows(), n = shape.back();
  const Targets targets = stories != nullptr ? targets_of(tape, *stories, n)
                                             : targets_of(tape, sequences("Model::score", batch), prediction);
  Scored result{{}, prediction.logits, {}};
  result.score.examples = static_cast<double>(batch_size(batch));
  const bool bits = task_.loss == Loss::bits;
  (bits ? judge_bits : judge_answers)(tape, prediction, targets, result.score);
  if (!bits) leave_out_unanswerable(targets, rows, n, result.score);
  result.loss = (bits ? bits_loss : class_loss)(tape, prediction.logits, {targets.values, rows * n},
                                                {targets.mask, rows});
  result.score.loss += static_cast<double>(tape.value(result.loss)[0]);
  return result;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
