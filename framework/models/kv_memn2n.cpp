#include "framework/models/kv_memn2n.hpp"

#include <algorithm>
#include <array>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/models/story_bags.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr const char* kWhere = "KvMemN2N::predict";

// Statements of other files may be as long as questions.
std::size_t longest_of(const StoryShape& story) {
  return std::max(story.longest_sentence, story.longest_question);
}

}  // namespace

KvMemN2N::KvMemN2N(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task),
      options_(options),
      windows_(options.memories == "windows"),
      places_(task.story.statements * (windows_ ? longest_of(task.story) : 1)),
      weights_(word_order(options.word_order), longest_of(task.story), options.width),
      value_weights_(windows_ ? WordOrder::bag : word_order(options.word_order), weights_.longest(),
                     options.width) {
  expect_stories(task, "kv_memn2n");
  if (windows_ && options.window % 2 == 0)
    throw UsageError("model.window: expected an odd number of words, got " + std::to_string(options.window));
  const std::size_t width = options.width;
  const Initializer start = initial::normal(options.initial_deviation);
  const Scope scope(parameters());
  const std::size_t dictionaries = windows_ && options.centre_words ? 2 : 1;
  const Var words = scope.add("embedding/words", {dictionaries * task.story.words, width}, start);
  words_ = keys_ = values_ = {words, words};
  if (options.time) {
    keys_.times = scope.add("key/times", {task.story.statements, width}, start);
    values_.times = scope.add("value/times", {task.story.statements, width}, start);
  }
  for (std::size_t j = 1; j <= options.hops; ++j) {
    between_.push_back(
        scope.add("hop_" + std::to_string(j) + "/weight", {width, width}, initial::glorot(false)));
  }
  answers_ = scope.add("answer/words", {task.story.words, width}, start);
  parameters().complete(seed);
}

KvMemN2N::Memories KvMemN2N::memories_of(Tape& tape, const StoryBatch& story) const {
  const StoryBags statements =
      statement_bags(kWhere, tape, story, task().story.statements, weights_.longest(), options_.time);
  if (!windows_) return {statements.bags, statements.bags, statements.starts, nullptr};
  const Windows windows =
      word_windows(tape, statements, options_.window, options_.centre_words ? task().story.words : 0);
  return {windows.keys.bags, windows.centres, windows.keys.starts, windows.statement_of};
}

// Weights [batch, memory] as [batch, sentence].
Var KvMemN2N::over_sentences(Tape& tape, Var weights, const Memories& memories) const {
  if (memories.statement_of == nullptr) return weights;
  const std::size_t batch = tape.shape(weights)[0], sentences = task().story.statements;
  Real* const sums = tape.arena().reals(batch * sentences);
  std::fill_n(sums, batch * sentences, Real(0));
  for (std::size_t b = 0; b < batch; ++b) {
    const Real* const row = tape.data(weights) + b * places_;
    for (std::uint32_t i = memories.starts[b]; i < memories.starts[b + 1]; ++i)
      sums[b * sentences + memories.statement_of[i]] += row[i - memories.starts[b]];
  }
  return tape.constant({sums, batch * sentences}, {batch, sentences});
}

Prediction KvMemN2N::predict(Tape& tape, const Batch& batch, Steps, Recorder* recorder) const {
  static constexpr std::size_t kOneStep[] = {0};
  const StoryBatch& story = stories(kWhere, batch);
  const Memories memories = memories_of(tape, story);
  Var query =
      embed_bags(tape, {&words_, 1}, 0, question_bags(kWhere, tape, story, weights_.longest()), weights_);
  const Var keys = embed_bags(tape, {&keys_, 1}, 0, memories.keys, weights_);
  const Var values = embed_bags(tape, {&values_, 1}, 0, memories.values, value_weights_);
  std::vector<Var> queries, attention;
  const auto keep = [&](std::vector<Var>& list, Var v) {
    if (recorder != nullptr) list.push_back(v);
  };
  keep(queries, query);
  for (const Var between : between_) {
    const MemoryHop hop =
        memory_hop(tape, query, keys, values, memories.starts, places_, EmptyPlaces::absent, !linear_);
    query = matmul(tape, add(tape, query, hop.output), transpose(tape, between));
    if (recorder != nullptr) keep(attention, over_sentences(tape, hop.weights, memories));
    keep(queries, query);
  }
  const Var logits = matmul(tape, query, transpose(tape, answers_));
  if (recorder != nullptr) {
    const std::array recordings = {
        record_columns(tape, "attention", "attention", {"hop", "sentence"},
                       {options_.hops, task().story.statements}, concat(tape, attention)),
        record_columns(tape, "query", "query", {"query", "element"}, {options_.hops + 1, options_.width},
                       concat(tape, queries))};
    recorder->record(tape, 0, recordings);
  }
  return {logits, kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
