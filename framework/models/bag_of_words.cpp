#include "framework/models/bag_of_words.hpp"

#include <algorithm>

#include "framework/autodiff/broadcast.hpp"
#include "framework/models/story_bags.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr const char* kWhere = "BagOfWords::predict";

// All statements of an example as one bag.
Bags whole_stories(Tape& tape, const StoryBags& statements) {
  const std::size_t examples = statements.starts.size() - 1;
  auto* const starts = tape.arena().array<std::uint32_t>(examples + 1);
  for (std::size_t b = 0; b <= examples; ++b) starts[b] = statements.bags.starts[statements.starts[b]];
  return {statements.bags.words, starts, nullptr, examples};
}

}  // namespace

BagOfWords::BagOfWords(const TaskShape& task, const Options& options, std::uint64_t seed)
    : Model(task),
      longest_(std::max(task.story.longest_sentence, task.story.longest_question)),
      weights_(WordOrder::bag, 1, std::max<std::size_t>(1, task.story.words)) {
  expect_stories(task, "bag_of_words");
  const std::size_t words = task.story.words;
  const Scope scope(parameters());
  const Initializer start = initial::normal(options.initial_deviation);
  const Var question = scope.add("question/words", {words, words}, start),
            story = scope.add("story/words", {words, words}, start);
  question_ = {question, question};
  story_ = {story, story};
  bias_ = scope.add("answer/bias", {words}, initial::constant(0));
  parameters().complete(seed);
}

Prediction BagOfWords::predict(Tape& tape, const Batch& batch, Steps, Recorder*) const {
  static constexpr std::size_t kOneStep[] = {0};
  const StoryBatch& told = stories(kWhere, batch);
  const StoryBags statements = statement_bags(kWhere, tape, told, task().story.statements, longest_, false);
  const Var of_question =
      embed_bags(tape, {&question_, 1}, 0, question_bags(kWhere, tape, told, longest_), weights_);
  const Var of_story = embed_bags(tape, {&story_, 1}, 0, whole_stories(tape, statements), weights_);
  return {add(tape, add(tape, of_question, of_story), bias_), kOneStep};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
