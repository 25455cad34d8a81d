#include "framework/models/memn2n.hpp"

#include <algorithm>
#include <array>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/models/story_bags.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

MemN2N::MemN2N(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task),
      options_(options),
      layerwise_(options.tying == "layerwise"),
      released_(options.conventions == "released"),
      weights_(word_order(options.word_order),
               std::max(task.story.longest_sentence, task.story.longest_question), options.width) {
  expect_stories(task, "memn2n");
  const Scope scope(parameters());
  if (layerwise_) {
    tables_ = {add_table(scope, "input", options.time), add_table(scope, "output", options.time)};
    question_ = add_table(scope, "question", false);
    answer_ = add_table(scope, "answer", false);
    between_ =
        scope.add("hop/weight", {options.width, options.width}, initial::normal(options.initial_deviation));
  } else {
    for (std::size_t k = 0; k <= options.hops; ++k)
      tables_.push_back(add_table(scope, "embedding_" + std::to_string(k + 1), options.time));
    question_ = tables_.front();
    answer_ = tables_.back();
  }
  parameters().complete(seed);
}

MemN2N::Table MemN2N::add_table(const Scope& scope, const std::string& name, bool with_times) {
  const StoryShape& story = task().story;
  const Initializer start = initial::normal(options_.initial_deviation);
  const std::size_t time_words = released_ && options_.time ? story.statements : 0;
  const Var words = scope.add(name + "/words", {story.words + time_words, options_.width}, start);
  if (released_ || !with_times) return {words, words};
  return {words, scope.add(name + "/times", {story.statements, options_.width}, start)};
}

Var MemN2N::embed(Tape& tape, std::span<const Table> tables, const Bags& bags) const {
  return embed_bags(tape, tables, released_ ? task().story.words : 0, bags, weights_);
}

Var MemN2N::answer(Tape& tape, Var query) const {
  const Var logits = matmul(tape, query, transpose(tape, answer_.words));
  if (!released_) return logits;
  return pad(tape, logits, tape.shape(logits).back() + 1);  // the nil word, whose embedding is 0
}

Prediction MemN2N::predict(Tape& tape, const Batch& batch, Steps, Recorder* recorder) const {
  static constexpr std::size_t kOneStep[] = {0};
  constexpr const char* kWhere = "MemN2N::predict";
  const StoryBatch& story = stories(kWhere, batch);
  const std::size_t places = task().story.statements;
  const EmptyPlaces empty = options_.empty_slots ? EmptyPlaces::scored : EmptyPlaces::absent;
  const StoryBags rows = statement_bags(kWhere, tape, story, places, weights_.longest(), options_.time);
  Var query = embed(tape, {&question_, 1}, question_bags(kWhere, tape, story, weights_.longest()));
  // A¹, C¹ … C^K at once, or A and C.
  const Var memories = embed(tape, tables_, rows.bags);
  std::vector<Var> queries, attention;
  const auto keep = [&](std::vector<Var>& list, Var v) {
    if (recorder != nullptr) list.push_back(v);
  };
  keep(queries, query);
  for (std::size_t k = 0; k < options_.hops; ++k) {
    const Var input{memories.id + input_table(k)}, output{memories.id + output_table(k)};
    const MemoryHop hop = memory_hop(tape, query, input, output, rows.starts, places, empty, !linear_);
    query = add(tape, layerwise_ ? matmul(tape, query, transpose(tape, between_)) : query, hop.output);
    if (options_.nonlinearity == "relu") query = relu(tape, query);
    keep(attention, hop.weights);
    keep(queries, query);
  }
  const Var logits = answer(tape, query);
  if (recorder != nullptr) {
    const std::array recordings = {
        record_columns(tape, "attention", "attention", {"hop", "sentence"}, {options_.hops, places},
                       concat(tape, attention)),
        record_columns(tape, "query", "query", {"query", "element"}, {options_.hops + 1, options_.width},
                       concat(tape, queries))};
    recorder->record(tape, 0, recordings);
  }
  return {logits, kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
