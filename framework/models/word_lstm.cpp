#include "framework/models/word_lstm.hpp"

#include <algorithm>
#include <array>

#include "framework/autodiff/products.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/nn/lstm.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using Id = StoryBatch::Id;

// The words of a batch's stories and questions, one after the other.
struct Reading {
  std::size_t steps;           // of the longest, at least 1
  const Id* words;             // [steps, example], 0 behind the end
  const std::size_t* lengths;  // [example]
};

Reading words_of(Tape& tape, const StoryBatch& batch, std::size_t most) {
  const std::size_t examples = batch.size(), sentences = batch.sentences.shape()[1],
                    longest = batch.sentences.shape()[2], question_words = batch.questions.shape()[1];
  const auto statements = [&](std::size_t b) {
    return static_cast<std::size_t>(batch.story_lengths.data()[b]);
  };
  const auto first = [&](std::size_t b) { return statements(b) - std::min(most, statements(b)); };
  const auto count = [&](std::size_t row) {
    return static_cast<std::size_t>(batch.sentence_lengths.data()[row]);
  };
  auto* const lengths = tape.arena().array<std::size_t>(examples);
  std::size_t steps = 1;
  for (std::size_t b = 0; b < examples; ++b) {
    lengths[b] = static_cast<std::size_t>(batch.question_lengths.data()[b]);
    for (std::size_t s = first(b); s < statements(b); ++s) lengths[b] += count(b * sentences + s);
    steps = std::max(steps, lengths[b]);
  }
  auto* const words = tape.arena().array<Id>(steps * examples);
  std::fill_n(words, steps * examples, Id(0));
  for (std::size_t b = 0; b < examples; ++b) {
    std::size_t t = 0;
    const auto read = [&](const Id* from, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) words[t++ * examples + b] = from[i];
    };
    for (std::size_t s = first(b); s < statements(b); ++s) {
      const std::size_t row = b * sentences + s;
      read(batch.sentences.data() + row * longest, count(row));
    }
    read(batch.questions.data() + b * question_words,
         static_cast<std::size_t>(batch.question_lengths.data()[b]));
  }
  return {steps, words, lengths};
}

// Each word with the row of the bias behind the words' rows; behind the end of an example nothing.
Bags inputs_of(Tape& tape, const Reading& reading, std::size_t examples, Id bias) {
  const std::size_t rows = reading.steps * examples;
  auto* const starts = tape.arena().array<std::uint32_t>(rows + 1);
  auto* const ids = tape.arena().array<Id>(2 * rows);
  std::uint32_t next = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    starts[row] = next;
    if (reading.words[row] == 0) continue;
    ids[next++] = reading.words[row];
    ids[next++] = bias;
  }
  starts[rows] = next;
  return {ids, starts, nullptr, rows};
}

// The row of each example's last step among those of all steps; none if it has no word.
Bags last_steps_of(Tape& tape, const Reading& reading, std::size_t examples) {
  auto* const starts = tape.arena().array<std::uint32_t>(examples + 1);
  auto* const ids = tape.arena().array<Id>(examples);
  std::uint32_t next = 0;
  for (std::size_t b = 0; b < examples; ++b) {
    starts[b] = next;
    if (reading.lengths[b] > 0) ids[next++] = static_cast<Id>((reading.lengths[b] - 1) * examples + b + 1);
  }
  starts[examples] = next;
  return {ids, starts, nullptr, examples};
}

}  // namespace

WordLstm::WordLstm(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task),
      units_(options.units),
      gate_weights_(WordOrder::bag, 1, 4 * options.units),
      unit_weights_(WordOrder::bag, 1, options.units) {
  expect_stories(task, "word_lstm");
  const std::size_t n = options.units;
  const Scope scope = Scope(parameters()) / "lstm";
  input_ = scope.add("input", {task.story.words + 1, 4 * n}, initial::lstm(options.forget_bias));
  recurrent_ = scope.add("recurrent", {n, 4 * n}, initial::glorot(false, n));
  output_ = Scope(parameters()).add("output/weight", {n + 1, task.story.words}, initial::glorot(true));
  parameters().complete(seed);
}

Prediction WordLstm::predict(Tape& tape, const Batch& batch, Steps, Recorder* recorder) const {
  static constexpr std::size_t kOneStep[] = {0};
  const StoryBatch& story = stories("WordLstm::predict", batch);
  const std::size_t examples = story.size();
  const Reading reading = words_of(tape, story, task().story.statements);
  const BagTable input{input_, input_};
  const Var gates =
      embed_bags(tape, {&input, 1}, 0,
                 inputs_of(tape, reading, examples, static_cast<Id>(task().story.words + 1)), gate_weights_);
  Real* const zeros = tape.arena().reals(examples * units_);
  std::fill_n(zeros, examples * units_, Real(0));
  const Var begin = tape.constant({zeros, examples * units_}, {examples, units_});
  const Var hidden = lstm_sequence(tape, gates, recurrent_, {begin, begin});
  const BagTable states{hidden, hidden};
  const Var last = embed_bags(tape, {&states, 1}, 0, last_steps_of(tape, reading, examples), unit_weights_);
  if (recorder != nullptr) recorder->record(tape, 0, {});
  return {linear(tape, output_, std::array{last}), kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
