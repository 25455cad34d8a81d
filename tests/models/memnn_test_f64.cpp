#include "framework/models/memnn.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/models/last_statements.hpp"
#include "tests/models/memnn_by_loops.hpp"
#include "tests/models/one_by_one.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

const StoryShape kShape{.words = 9, .longest_sentence = 4, .longest_question = 3, .statements = 5};

// Stories of 0 to `most` sentences with up to three supporting facts in any order, and a question.
StoryBatch random_stories(std::size_t examples, std::size_t most, std::uint64_t seed = 3) {
  using Id = StoryBatch::Id;
  Draws draws = RandomStream(seed, "stories").draws();
  StoryBatch batch;
  reset(batch, {.examples = examples, .sentences = most, .words = 4, .question_words = 3, .facts = 3});
  const auto word = [&] { return static_cast<Id>(1 + draws.below(kShape.words)); };
  for (std::size_t b = 0; b < examples; ++b) {
    const std::size_t length = (b + most) % (most + 1);
    batch.story_lengths(b) = static_cast<Id>(length);
    for (std::size_t s = 0; s < length; ++s) {
      batch.sentence_lengths(b, s) = static_cast<Id>(1 + draws.below(4));
      for (Id w = 0; w < batch.sentence_lengths(b, s); ++w)
        batch.sentences(b, s, static_cast<std::size_t>(w)) = word();
    }
    batch.question_lengths(b) = static_cast<Id>(1 + draws.below(3));
    for (Id w = 0; w < batch.question_lengths(b); ++w)
      batch.questions(b, static_cast<std::size_t>(w)) = word();
    const std::size_t facts = std::min<std::size_t>(length, 1 + draws.below(3)),
                      first = draws.below(length + 1);
    batch.supporting_counts(b) = static_cast<Id>(facts);
    for (std::size_t k = 0; k < facts; ++k)
      batch.supporting_facts(b, k) = static_cast<Id>((first + 2 * length - k) % length);
    batch.answers(b) = word();
  }
  return batch;
}

// Those of the first half of some stories, so that others are unknown.
std::shared_ptr<const NgramIndex> some_ngrams() {
  static const auto kIndex = [] {
    const StoryBatch batch = random_stories(8, 5);
    auto index = std::make_shared<NgramIndex>();
    for (std::size_t b = 0; b < 4; ++b) {
      for (std::size_t s = 0; s < 5; ++s)
        index->add({&batch.sentences(b, s, 0), static_cast<std::size_t>(batch.sentence_lengths(b, s))});
    }
    return index;
  }();
  return kIndex;
}

TaskShape task_of(std::size_t statements = kShape.statements) {
  TaskShape task{.input_size = 9, .target_size = 9, .loss = Loss::classes, .story = kShape};
  task.story.statements = statements;
  task.story.ngrams = some_ngrams();
  return task;
}

std::vector<MemNN::Options> variants() {
  std::vector<MemNN::Options> result;
  for (const bool adaptive : {false, true}) {
    for (const bool ngrams : {false, true}) {
      for (const bool nonlinear : {false, true}) {
        for (const std::size_t hops : {1, 2, 4})
          result.push_back({.hops = hops,
                            .width = 5,
                            .adaptive = adaptive,
                            .ngrams = ngrams,
                            .nonlinear = nonlinear,
                            .margin = 0.5,
                            .initial_deviation = 0.4});
      }
    }
  }
  return result;
}

std::string text(const MemNN::Options& o) {
  return std::to_string(o.hops) + " hops" + (o.adaptive ? ", adaptive" : "") + (o.ngrams ? ", n-grams" : "") +
         (o.nonlinear ? ", nonlinear" : "");
}

// What was found: attention [example, hop, sentence].
struct Found final : Recorder {
  std::vector<Real> attention;
  void record(const Tape& tape, std::size_t, std::span<const Recording> recordings) override {
    REQUIRE(recordings.size() == 1);
    CHECK(recordings[0].name == "attention");
    const auto values = tape.value(recordings[0].source);
    attention.assign(values.begin(), values.end());
  }
};

}  // namespace

TEST_CASE("a supervised memory network's loss and answers are those of loops over one pair at a time",
          "[memnn]") {
  const StoryBatch batch = random_stories(12, 5);
  for (const MemNN::Options& options : variants()) {
    INFO(text(options));
    MemNN model(task_of(), options, 5);
    const testing::MemnnByLoops loops(model, options, kShape.words, *some_ngrams());
    double loss = 0;
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    Found found;
    const Var logits = model.predict(tape, batch, Steps::scored, &found).logits;
    CHECK(tape.shape(logits) == Shape{12, kShape.words});
    for (std::size_t b = 0; b < 12; ++b) {
      loss += loops.loss(batch, b);
      const std::vector<std::size_t> facts = loops.find(batch, b);
      CHECK_THAT(tape.value(logits).subspan(b * kShape.words, kShape.words),
                 testing::close_to(loops.answers(batch, b, facts), 1e-12));
      for (std::size_t hop = 0; hop < options.hops; ++hop) {
        for (std::size_t s = 0; s < kShape.statements; ++s)
          CHECK(found.attention[(b * options.hops + hop) * kShape.statements + s] ==
                (hop < facts.size() && facts[hop] == s ? 1 : 0));
      }
    }
    tape.reset(model.parameters().leaves(nullptr));
    CHECK(model.score(tape, batch).score.loss == Approx(loss).epsilon(1e-12));
  }
}

TEST_CASE("a supervised memory network's loss has the gradient of central differences", "[memnn][gradient]") {
  const StoryBatch batch = random_stories(6, 5);
  for (const MemNN::Options& options : variants()) {
    INFO(text(options));
    MemNN model(task_of(), options, 2);
    CHECK(check_parameter_gradients(model.parameters(),
                                    [&](Tape& tape) { return model.score(tape, batch).loss; },
                                    {.elements = 12}) < 1e-7);
  }
}

TEST_CASE("an adaptive net finds no fact twice, and each hop finds one or none", "[memnn]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const StoryBatch batch = random_stories(12, 5, seed);
    MemNN::Options options = variants().back();
    options.hops = 7;  // more than there are sentences
    MemNN model(task_of(), options, seed);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    Found found;
    model.predict(tape, batch, Steps::scored, &found);
    for (std::size_t b = 0; b < 12; ++b) {
      std::set<std::size_t> seen;
      bool ended = false;
      for (std::size_t hop = 0; hop < options.hops; ++hop) {
        const auto* const row = found.attention.data() + (b * options.hops + hop) * kShape.statements;
        const auto count = std::count(row, row + kShape.statements, 1);
        CHECK(std::count(row, row + kShape.statements, 0) ==
              static_cast<std::ptrdiff_t>(kShape.statements) - count);
        CHECK(count <= (ended ? 0 : 1));
        ended = count == 0;
        if (count == 1)
          CHECK(
              seen.insert(static_cast<std::size_t>(std::find(row, row + kShape.statements, 1) - row)).second);
      }
    }
  }
}

TEST_CASE("examples of a supervised batch do not see each other", "[memnn]") {
  const StoryBatch batch = random_stories(6, 5);
  MemNN model(task_of(), variants().back(), 1);
  for (const bool record : {false, true}) {
    const auto [together, alone] = testing::score_one_by_one(model, batch, record);
    CHECK(alone.loss == Approx(together.loss).epsilon(1e-12));
    CHECK(alone.wrong == together.wrong);
  }
}

TEST_CASE("a question whose answer is no word is wrong, and the others count as ever", "[memnn]") {
  const StoryBatch batch = random_stories(3, 5);
  StoryBatch unknown = batch;
  unknown.answers(0) = 0;
  MemNN model(task_of(), variants().back(), 1);
  const auto scored = [&](const Batch& of, bool record) {
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), record);
    const Model::Scored result = model.score(tape, of);
    return std::pair(result.score, static_cast<double>(tape.value(result.loss)[0]));
  };
  for (const bool record : {false, true}) {
    const auto [score, loss] = scored(unknown, record);
    CHECK(std::isinf(score.loss));
    // The facts of the first are still asked for, its answer is not.
    const auto [all, whole] = scored(batch, record);
    CHECK((loss > 0 && loss < whole));
    Score rest;
    for (const std::size_t b : {1, 2}) {
      Batch part;
      slice_examples(batch, b, b + 1, part);
      rest += scored(part, record).first;
    }
    CHECK(score.wrong == rest.wrong + 1);
    CHECK(loss > rest.loss);
  }
}

TEST_CASE("facts that are forgotten are not asked for", "[memnn]") {
  StoryBatch all = random_stories(1, 5);
  all.supporting_counts(0) = 3;
  std::ranges::copy(std::array{4, 1, 3}, all.supporting_facts.data());
  const StoryBatch last = testing::last_statements(all, 2);
  REQUIRE(last.supporting_counts(0) == 2);
  MemNN model(task_of(2), variants().back(), 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const double whole = model.score(tape, all).score.loss;
  CHECK(model.score(tape, last).score.loss == whole);
}

TEST_CASE("the order of the words matters with n-grams and not without", "[memnn]") {
  StoryBatch batch = random_stories(1, 5), turned = batch;
  std::swap(turned.sentences(0, 0, 0), turned.sentences(0, 0, 1));
  batch.sentence_lengths(0, 0) = turned.sentence_lengths(0, 0) = 2;
  batch.supporting_counts(0) = turned.supporting_counts(0) = 1;
  batch.supporting_facts(0, 0) = turned.supporting_facts(0, 0) = 0;
  REQUIRE(batch.sentences(0, 0, 0) != batch.sentences(0, 0, 1));
  for (const bool ngrams : {false, true}) {
    MemNN::Options options = variants().back();
    options.ngrams = ngrams;
    MemNN model(task_of(), options, 1);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const double one = model.score(tape, batch).score.loss, other = model.score(tape, turned).score.loss;
    if (ngrams) {
      CHECK(std::abs(one - other) > 1e-7);
    } else {
      CHECK(one == Approx(other).epsilon(1e-13));
    }
  }
}

TEST_CASE("a supervised memory network refuses sequences, unknown words, and n-grams that nobody knows",
          "[memnn]") {
  CHECK_THROWS_WITH(MemNN({.input_size = 3, .target_size = 2}, {}, 1), Catch::Contains("stories"));
  TaskShape without = task_of();
  without.story.ngrams = nullptr;
  CHECK_NOTHROW(MemNN(without, {}, 1));
  CHECK_THROWS_WITH(MemNN(without, {.ngrams = true}, 1), Catch::Contains("model.ngrams"));
  MemNN model(without, {}, 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  CHECK_THROWS_AS(model.score(tape, SequenceBatch{}), std::invalid_argument);
  StoryBatch batch = random_stories(1, 5);
  batch.questions(0, 0) = 10;
  CHECK_THROWS_AS(model.score(tape, batch), ShapeError);
}
