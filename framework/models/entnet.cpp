#include "framework/models/entnet.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/models/story_bags.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// 0, n, 2 n, …, in the tape's arena.
RowStarts equal_parts(Tape& tape, std::size_t count, std::size_t n) {
  auto* const starts = tape.arena().array<std::uint32_t>(count + 1);
  for (std::size_t i = 0; i <= count; ++i) starts[i] = static_cast<std::uint32_t>(i * n);
  return {starts, count + 1};
}

// Each example's rows of x [rows, columns], and zeros up to `places` rows: [batch, places · columns].
Var by_example(Tape& tape, Var x, RowStarts starts, std::size_t places) {
  const std::size_t batch = starts.size() - 1, columns = tape.shape(x).back();
  Real* const spread = tape.arena().reals(batch * places * columns);
  std::fill_n(spread, batch * places * columns, Real(0));
  for (std::size_t b = 0; b < batch; ++b)
    std::copy_n(tape.data(x) + starts[b] * columns, (starts[b + 1] - starts[b]) * columns,
                spread + b * places * columns);
  return tape.constant({spread, batch * places * columns}, {batch, places * columns});
}

}  // namespace

EntNet::EntNet(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task),
      options_(options),
      released_(options.conventions == "released"),
      longest_(std::max<std::size_t>({1, task.story.longest_sentence, task.story.longest_question})),
      whole_(WordOrder::bag, 1, options.width) {
  expect_stories(task, "entnet");
  const std::size_t words = task.story.words, width = options.width;
  const Scope scope(parameters());
  const Initializer start = initial::normal(options.initial_deviation), one = initial::constant(1);
  words_ = scope.add("embedding/words", {words + options.slots, width}, start);
  statement_mask_ = scope.add("embedding/statement_mask", {longest_, width}, released_ ? start : one);
  question_mask_ = scope.add("embedding/question_mask", {longest_, width}, one);
  const Scope memory = scope / "memory";
  recurrent_ = memory.add("recurrent", {width, width}, start);
  key_ = memory.add("key", {width + (released_ ? 1 : 0), width}, start);
  sentence_ = memory.add("sentence", {width, width}, start);
  if (released_) gate_bias_ = memory.add("gate_bias", {options.slots}, start);
  slopes_ = scope.add("slopes", {width}, one);
  hop_ = scope.add("hop/weight", {width, width}, start);
  output_ = scope.add("output/weight", {width, words}, start);
  parameters().complete(seed);
}

Var EntNet::keys(Tape& tape) const {
  auto* const ids = tape.arena().array<std::int32_t>(options_.slots);
  std::iota(ids, ids + options_.slots, static_cast<std::int32_t>(task().story.words + 1));
  const BagTable table{words_, words_};
  return embed_bags(tape, {&table, 1}, 0,
                    {ids, equal_parts(tape, options_.slots, 1).data(), nullptr, options_.slots}, whole_);
}

EntityMemory EntNet::remember(Tape& tape, const Bags& statements, RowStarts starts) const {
  const Var sentences = embed_masked_bags(tape, words_, statement_mask_, statements), keys = this->keys(tape);
  const Var scores = matmul(tape, sentences, transpose(tape, keys));
  return entity_memory(tape,
                       {.sentences = sentences,
                        .sentence_inputs = linear(tape, sentence_, std::array{sentences}, false),
                        .key_scores = released_ ? add(tape, scores, gate_bias_) : scores,
                        .key_inputs = linear(tape, key_, std::array{keys}, released_),
                        .initial = keys,
                        .recurrent = recurrent_,
                        .slopes = slopes_},
                       starts);
}

Var EntNet::phi(Tape& tape, Var x) const {
  const Var above = relu(tape, x);
  return add(tape, above, multiply(tape, subtract(tape, x, above), slopes_));
}

Prediction EntNet::predict(Tape& tape, const Batch& batch, Steps, Recorder* recorder) const {
  static constexpr std::size_t kOneStep[] = {0};
  constexpr const char* kWhere = "EntNet::predict";
  const StoryBatch& story = stories(kWhere, batch);
  const std::size_t places = task().story.statements;
  const StoryBags statements = statement_bags(kWhere, tape, story, places, longest_, false);
  const EntityMemory memory = remember(tape, statements.bags, statements.starts);
  const Var query =
      embed_masked_bags(tape, words_, question_mask_, question_bags(kWhere, tape, story, longest_));
  const MemoryHop hop =
      memory_hop(tape, query, memory.slots, memory.slots, equal_parts(tape, story.size(), options_.slots),
                 options_.slots, EmptyPlaces::absent, true);
  const Var found = phi(tape, add(tape, query, linear(tape, hop_, std::array{hop.output}, false)));
  const Var logits = linear(tape, output_, std::array{found}, false);
  if (recorder != nullptr) {
    const std::array recordings = {
        record_columns(tape, "gates", "gate", {"sentence", "slot"}, {places, options_.slots},
                       by_example(tape, memory.gates, statements.starts, places)),
        record_columns(tape, "slot_weights", "attention to slots", {"slot"}, {options_.slots}, hop.weights)};
    recorder->record(tape, 0, recordings);
  }
  // The nil word's row of R is 0.
  return {released_ ? pad(tape, logits, tape.shape(logits).back() + 1) : logits, kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
