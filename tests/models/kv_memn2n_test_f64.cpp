#include "framework/models/kv_memn2n.hpp"

#include <cmath>

#include "framework/autodiff/gradient_check.hpp"
#include "tests/models/kv_memn2n_by_loops.hpp"
#include "tests/models/one_by_one.hpp"
#include "tests/models/random_stories.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

using testing::random_stories;
using Vector = std::vector<double>;

std::vector<KvMemN2N::Options> variants() {
  std::vector<KvMemN2N::Options> result;
  for (const std::string memories : {"windows", "sentences"}) {
    for (const std::string order : {"bag", "position", "position_released"}) {
      for (const bool time : {false, true}) {
        KvMemN2N::Options options;
        options.memories = memories;
        options.word_order = order;
        options.time = time;
        options.window = order == "bag" ? 3 : 7;          // the latter wider than any sentence
        options.centre_words = time == (order == "bag");  // each with each other setting at least once
        options.width = 5;
        options.initial_deviation = 0.3;
        result.push_back(options);
      }
    }
  }
  return result;
}

std::string text(const KvMemN2N::Options& o) {
  return o.memories + ", " + o.word_order + (o.time ? ", time" : ", no time") +
         (o.centre_words ? ", centre" : "");
}

class Attention final : public Recorder {
 public:
  void record(const Tape& tape, std::size_t, std::span<const Recording> recordings) override {
    extents = recordings[0].extents;
    weights.assign(tape.value(recordings[0].source).begin(), tape.value(recordings[0].source).end());
  }
  Shape extents;
  Vector weights;
};

// Words stand for themselves: what is embedded is a one-hot vector, `strength` long, and R_1 keeps it.
void make_literal(KvMemN2N& model, const KvMemN2N::Options& options, Real strength) {
  const std::size_t width = options.width;
  const auto& all = model.parameters().all();
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const std::span<Real> values = model.parameters().values(Var{i});
    std::ranges::fill(values, Real(0));
    // Answer w is the centre w, which may be of the second dictionary.
    const bool second = all[i].path == "answer/words" && options.centre_words;
    const std::size_t shift = second ? testing::kSmallStories.words : 0;
    for (std::size_t r = 0; r < all[i].shape[0]; ++r)
      values[r * width + r + shift] = all[i].path == "embedding/words" ? strength : 1;
  }
}

}  // namespace

TEST_CASE("a key-value memory network has a logit for each word and question, and the paper's parameters",
          "[kv_memn2n]") {
  for (const KvMemN2N::Options& options : variants()) {
    INFO(text(options));
    KvMemN2N model(testing::kSmallStoryTask, options, 1);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const Var logits = model.predict(tape, random_stories(7, 5), Steps::scored, nullptr).logits;
    CHECK(tape.shape(logits) == Shape{7, testing::kSmallStories.words});
    const std::size_t dictionaries = options.memories == "windows" && options.centre_words ? 2 : 1;
    CHECK(model.parameters().count() ==
          (dictionaries + 1) * 9 * 5 + (options.time ? 2 * 5 * 5 : 0) + 2 * 5 * 5);
  }
}

TEST_CASE("a key-value memory network's attention is a distribution over a story's sentences",
          "[kv_memn2n]") {
  for (const KvMemN2N::Options& options : variants()) {
    INFO(text(options));
    KvMemN2N model(testing::kSmallStoryTask, options, 1);
    const StoryBatch batch = random_stories(12, 5);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    Attention recorder;
    model.predict(tape, batch, Steps::scored, &recorder);
    REQUIRE(recorder.extents == Shape{options.hops, testing::kSmallStories.statements});
    for (std::size_t b = 0; b < 12; ++b) {
      const auto told = static_cast<std::size_t>(batch.story_lengths(b));
      for (std::size_t hop = 0; hop < options.hops; ++hop) {
        double total = 0;
        for (std::size_t s = 0; s < testing::kSmallStories.statements; ++s) {
          const double p = recorder.weights[(b * options.hops + hop) * testing::kSmallStories.statements + s];
          CHECK(p >= 0);
          CHECK((p > 0) == (s < told));
          total += p;
        }
        CHECK(total == Approx(told > 0 ? 1 : 0).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("a key-value memory network's loss has the gradient of central differences",
          "[kv_memn2n][gradient]") {
  const StoryBatch batch = random_stories(6, 5);
  for (const KvMemN2N::Options& options : variants()) {
    for (const bool linear : {false, true}) {
      INFO(text(options) << ", linear " << linear);
      KvMemN2N model(testing::kSmallStoryTask, options, 2);
      model.set_linear_attention(linear);
      CHECK(check_parameter_gradients(model.parameters(),
                                      [&](Tape& tape) { return model.score(tape, batch).loss; },
                                      {.elements = 12}) < 1e-7);
    }
  }
}

TEST_CASE("a key-value memory network is what the paper's equations give, memory by memory", "[kv_memn2n]") {
  for (const KvMemN2N::Options& options : variants()) {
    INFO(text(options));
    KvMemN2N model(testing::kSmallStoryTask, options, 5);
    const StoryBatch batch = random_stories(9, 5);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
    const testing::KvMemN2NByLoops loops(model, options);
    for (std::size_t b = 0; b < 9; ++b) {
      CHECK_THAT(tape.value(logits).subspan(b * testing::kSmallStories.words, testing::kSmallStories.words),
                 testing::close_to(loops.logits(batch, b), 1e-12));
    }
  }
}

TEST_CASE("examples of a batch of a key-value memory network do not see each other", "[kv_memn2n]") {
  for (const KvMemN2N::Options& options : variants()) {
    INFO(text(options));
    KvMemN2N model(testing::kSmallStoryTask, options, 1);
    const auto [together, alone] = testing::score_one_by_one(model, random_stories(6, 5));
    CHECK(alone.loss == Approx(together.loss).epsilon(1e-12));
    CHECK(alone.wrong == together.wrong);
  }
}

TEST_CASE("what stands between the words of the question is read, and nothing beyond the window",
          "[kv_memn2n]") {
  KvMemN2N::Options options;
  options.hops = 1;
  options.window = 3;
  options.width = 2 * testing::kSmallStories.words;
  options.time = false;
  StoryBatch batch;
  reset(batch, {.examples = 1, .sentences = 2, .words = 4, .question_words = 2, .facts = 1});
  const std::vector<StoryBatch::Id> told = {1, 2, 3, 4, 5, 6, 7, 3}, asked = {1, 3};
  std::ranges::copy(told, batch.sentences.storage().begin());
  std::ranges::copy(asked, batch.questions.storage().begin());
  batch.story_lengths(0) = 2;
  batch.sentence_lengths(0, 0) = batch.sentence_lengths(0, 1) = 4;
  batch.question_lengths(0) = 2;
  const auto answers = [&batch](const KvMemN2N::Options& chosen) {
    KvMemN2N model(testing::kSmallStoryTask, chosen, 1);
    make_literal(model, chosen, 6);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const auto logits = tape.value(model.predict(tape, batch, Steps::scored, nullptr).logits);
    return Vector(logits.begin(), logits.end());
  };
  // 2 stands between 1 and 3; the windows around 4, 7 and 1 have one of them, or another word's centre.
  const Vector both = answers(options);
  for (std::size_t w = 1; w <= 9; ++w) CHECK(both[w - 1] == Approx(w == 2 ? 6 : 0).margin(1e-9));
  // Beside 5, which is asked for alone, stands 6; as its own centre it does not count.
  batch.question_lengths(0) = 1;
  batch.questions(0, 0) = 5;
  const Vector beside = answers(options);
  for (std::size_t w = 1; w <= 9; ++w) CHECK(beside[w - 1] == Approx(w == 6 ? 6 : 0).margin(1e-9));
  // Without embeddings of its own a centre is asked for like any word: half of what is read is 5 itself.
  options.centre_words = false;
  const Vector plain = answers(options);
  for (std::size_t w = 1; w <= 9; ++w)
    CHECK(plain[w - 1] == Approx(w == 5 ? 6 + 3 : w == 6 ? 3 : 0).margin(1e-9));
}

TEST_CASE("a statement may be as long as the longest question, also if those of training were shorter",
          "[kv_memn2n]") {
  TaskShape task = testing::kSmallStoryTask;
  task.story.longest_sentence = 2;
  task.story.longest_question = 4;
  for (const KvMemN2N::Options& options : variants()) {
    INFO(text(options));
    KvMemN2N model(task, options, 1);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    CHECK(std::isfinite(model.score(tape, random_stories(6, 5)).score.loss));
  }
}

TEST_CASE("a key-value memory network refuses sequences and even windows", "[kv_memn2n]") {
  CHECK_THROWS_WITH(KvMemN2N({.input_size = 3, .target_size = 2}, {}, 1), Catch::Contains("stories"));
  KvMemN2N::Options even;
  even.window = 4;
  CHECK_THROWS_WITH(KvMemN2N(testing::kSmallStoryTask, even, 1), Catch::Contains("model.window"));
  even.memories = "sentences";
  CHECK_NOTHROW(KvMemN2N(testing::kSmallStoryTask, even, 1));
}
