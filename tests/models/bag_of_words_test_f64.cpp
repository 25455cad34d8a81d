#include "framework/models/bag_of_words.hpp"

#include "framework/autodiff/gradient_check.hpp"
#include "tests/models/last_statements.hpp"
#include "tests/models/one_by_one.hpp"
#include "tests/models/random_stories.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using testing::kSmallStories;
using testing::kSmallStoryTask;
using testing::random_stories;

namespace {

// The logits by counting words, example by example.
std::vector<double> counted(const BagOfWords& model, const StoryBatch& batch, std::size_t b) {
  const auto table = [&](std::uint32_t i) { return model.parameters().values(Var{i}); };
  const std::size_t n = kSmallStories.words;
  std::vector<double> logits(table(2).begin(), table(2).end());
  const auto add = [&](std::uint32_t i, StoryBatch::Id word) {
    for (std::size_t k = 0; k < n; ++k) logits[k] += table(i)[static_cast<std::size_t>(word - 1) * n + k];
  };
  for (std::size_t w = 0; w < static_cast<std::size_t>(batch.question_lengths(b)); ++w)
    add(0, batch.questions(b, w));
  for (std::size_t s = 0; s < static_cast<std::size_t>(batch.story_lengths(b)); ++s) {
    for (std::size_t w = 0; w < static_cast<std::size_t>(batch.sentence_lengths(b, s)); ++w)
      add(1, batch.sentences(b, s, w));
  }
  return logits;
}

}  // namespace

TEST_CASE("a bag of words adds a row for each word of question and story", "[bag_of_words]") {
  BagOfWords model(kSmallStoryTask, {}, 3);
  CHECK(model.parameters().count() == 2 * 9 * 9 + 9);
  model.parameters().values(Var{2})[4] = 0.7;
  const StoryBatch batch = random_stories(8, 5);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
  REQUIRE(tape.shape(logits) == Shape{8, 9});
  for (std::size_t b = 0; b < 8; ++b)
    CHECK_THAT(tape.value(logits).subspan(b * 9, 9), testing::close_to(counted(model, batch, b), 1e-12));
}

TEST_CASE("a bag of words has the gradient of central differences", "[bag_of_words][gradient]") {
  const StoryBatch batch = random_stories(6, 5);
  BagOfWords model(kSmallStoryTask, {}, 2);
  CHECK(check_parameter_gradients(model.parameters(),
                                  [&](Tape& tape) { return model.score(tape, batch).loss; },
                                  {.elements = 30}) < 1e-7);
}

TEST_CASE("a bag of words sees each example alone, its last statements, and no order of words",
          "[bag_of_words]") {
  BagOfWords model(kSmallStoryTask, {}, 1);
  const auto [together, alone] = testing::score_one_by_one(model, random_stories(6, 5));
  CHECK(alone.loss == Approx(together.loss).epsilon(1e-12));
  TaskShape two = kSmallStoryTask;
  two.story.statements = 2;
  BagOfWords forgetful(two, {}, 1);
  StoryBatch all = random_stories(1, 5), turned = all;
  Tape tape;
  tape.reset(forgetful.parameters().leaves(nullptr));
  CHECK(forgetful.score(tape, all).score.loss ==
        forgetful.score(tape, testing::last_statements(all, 2)).score.loss);
  std::swap(turned.questions(0, 0), turned.questions(0, 1));
  all.question_lengths(0) = turned.question_lengths(0) = 2;
  tape.reset(model.parameters().leaves(nullptr));
  CHECK(model.score(tape, turned).score.loss == Approx(model.score(tape, all).score.loss).epsilon(1e-13));
}

TEST_CASE("a bag of words refuses sequences", "[bag_of_words]") {
  CHECK_THROWS_WITH(BagOfWords({.input_size = 3, .target_size = 2}, {}, 1), Catch::Contains("stories"));
}
