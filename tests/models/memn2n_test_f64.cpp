#include "framework/models/memn2n.hpp"

#include <cmath>
#include <limits>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/models/model_catalogue.hpp"
#include "framework/tensor/error.hpp"
#include "tests/models/last_statements.hpp"
#include "tests/models/one_by_one.hpp"
#include "tests/models/random_stories.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

const StoryShape kShape = testing::kSmallStories;
const TaskShape kTask = testing::kSmallStoryTask;

using testing::random_stories;

std::vector<MemN2N::Options> variants() {
  std::vector<MemN2N::Options> result;
  for (const std::string tying : {"adjacent", "layerwise"}) {
    for (const std::string conventions : {"paper", "released"}) {
      for (const std::string order : {"bag", "position", "position_released"}) {
        for (const bool time : {false, true}) {
          MemN2N::Options options;
          options.hops = 2;
          options.width = 5;
          options.tying = tying;
          options.conventions = conventions;
          options.word_order = order;
          options.time = time;
          options.empty_slots = time;  // each with each other setting at least once
          options.nonlinearity = order == "bag" ? "relu" : "none";
          options.initial_deviation = 0.5;
          result.push_back(options);
        }
      }
    }
  }
  return result;
}

std::string text(const MemN2N::Options& o) {
  return o.tying + ", " + o.conventions + ", " + o.word_order + (o.time ? ", time" : ", no time");
}

using Vector = std::vector<double>;

// The authors' program by loops over one example at a time: 50 places, each a row of word ids of which the last is the
// time word, nil (0) where there is none; nil's embedding is 0; every id, nil among them, is ranked as an answer.
class ReleasedByLoops {
 public:
  ReleasedByLoops(const MemN2N& model, const MemN2N::Options& options, bool linear)
      : model_(model), options_(options), linear_(linear) {}

  Vector logits(const StoryBatch& batch, std::size_t b) const {
    const std::size_t words = kShape.longest_sentence, columns = words + 1;
    std::vector<std::vector<std::size_t>> memory(kShape.statements, std::vector<std::size_t>(columns));
    const auto length = static_cast<std::size_t>(batch.story_lengths(b));
    for (std::size_t s = 0; s < length; ++s) {
      for (std::size_t w = 0; w < words; ++w)
        memory[s][w] = static_cast<std::size_t>(batch.sentences(b, s, w));
      const auto age = static_cast<std::size_t>(batch.sentence_ages(b, s));
      memory[s][words] = kShape.words + 1 + std::min(age, kShape.statements - 1);
    }
    std::vector<std::size_t> question(columns);
    for (std::size_t w = 0; w < 3; ++w) question[w] = static_cast<std::size_t>(batch.questions(b, w));

    const bool layerwise = options_.tying == "layerwise";
    const auto embedding = [](std::size_t i) { return "embedding_" + std::to_string(i) + "/words"; };
    Vector u = sentence(layerwise ? "question/words" : embedding(1), question);
    for (std::size_t hop = 1; hop <= options_.hops; ++hop) {
      Vector p;
      double total = 0;
      for (const auto& row : memory) {
        const Vector m = sentence(layerwise ? "input/words" : embedding(hop), row);
        double score = 0;
        for (std::size_t k = 0; k < u.size(); ++k) score += u[k] * m[k];
        p.push_back(linear_ ? score : std::exp(score));
        total += p.back();
      }
      if (linear_) total = 1;
      Vector next = u;
      for (std::size_t i = 0; layerwise && i < u.size(); ++i) {
        next[i] = 0;
        for (std::size_t k = 0; k < u.size(); ++k) next[i] += element("hop/weight", i + 1, k) * u[k];
      }
      for (std::size_t i = 0; i < memory.size(); ++i) {
        const Vector c = sentence(layerwise ? "output/words" : embedding(hop + 1), memory[i]);
        for (std::size_t k = 0; k < u.size(); ++k) next[k] += p[i] / total * c[k];
      }
      u = next;
      for (double& element : u) element = options_.nonlinearity == "relu" ? std::max(element, 0.0) : element;
    }
    Vector result;
    const std::string last = layerwise ? "answer/words" : embedding(options_.hops + 1);
    for (std::size_t id = 1; id <= kShape.words + kShape.statements; ++id) {
      double score = 0;
      for (std::size_t k = 0; k < u.size(); ++k) score += u[k] * element(last, id, k);
      result.push_back(score);
    }
    result.push_back(0);  // nil
    return result;
  }

 private:
  double element(const std::string& table, std::size_t id, std::size_t k) const {
    const auto& all = model_.parameters().all();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].path == table)
        return id == 0 ? 0 : model_.parameters().values(Var{i})[(id - 1) * options_.width + k];
    }
    FAIL("no parameter " << table);
    return 0;
  }

  Vector sentence(const std::string& table, const std::vector<std::size_t>& ids) const {
    const double d = static_cast<double>(options_.width), last = static_cast<double>(ids.size());
    Vector result(options_.width);
    for (std::size_t j = 1; j <= ids.size(); ++j) {
      for (std::size_t k = 1; k <= options_.width; ++k) {
        const double place = 4 * (static_cast<double>(k) - (d + 1) / 2) *
                             (static_cast<double>(j) - (last + 1) / 2) / (d * last);
        const double weight = options_.word_order == "bag" ? 1 : 1 + place;
        result[k - 1] += weight * element(table, ids[j - 1], k - 1);
      }
    }
    return result;
  }

  const MemN2N& model_;
  const MemN2N::Options& options_;
  bool linear_;
};

}  // namespace

TEST_CASE("a memory network has one row of logits for each question", "[memn2n]") {
  for (const MemN2N::Options& options : variants()) {
    INFO(text(options));
    MemN2N model(kTask, options, 1);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const Var logits = model.predict(tape, random_stories(7, 5), Steps::scored, nullptr).logits;
    const std::size_t extra = options.conventions == "paper" ? 0 : 1 + (options.time ? kShape.statements : 0);
    CHECK(tape.shape(logits) == Shape{7, kShape.words + extra});
  }
}

TEST_CASE("a memory network's loss has the gradient of central differences", "[memn2n][gradient]") {
  const StoryBatch batch = random_stories(6, 5);
  for (const MemN2N::Options& options : variants()) {
    for (const bool linear : {false, true}) {
      INFO(text(options) << ", linear " << linear);
      MemN2N model(kTask, options, 2);  // with seed 1 a difference reaches over the corner of a ReLU
      model.set_linear_attention(linear);
      CHECK(check_parameter_gradients(model.parameters(),
                                      [&](Tape& tape) { return model.score(tape, batch).loss; },
                                      {.elements = 12}) < 1e-7);
    }
  }
}

TEST_CASE("a question whose answer is no word is wrong, and costs infinitely much", "[memn2n]") {
  StoryBatch batch = random_stories(3, 5);
  MemN2N model(kTask, {}, 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const Model::Scored known = model.score(tape, batch);
  CHECK(std::isfinite(known.score.loss));
  const double first_wrong = [&] {
    Batch first;
    slice_examples(batch, 0, 1, first);
    return model.score(tape, first).score.wrong;
  }();
  batch.answers(0) = 0;
  const Model::Scored unknown = model.score(tape, batch);
  CHECK(unknown.score.wrong == known.score.wrong - first_wrong + 1);
  CHECK(unknown.score.loss == std::numeric_limits<double>::infinity());
  CHECK(std::isfinite(tape.value(unknown.loss)[0]));
  CHECK(unknown.score.examples == 3);
}

TEST_CASE("with released conventions a memory network is the authors' program", "[memn2n]") {
  const StoryBatch batch = random_stories(8, 5);
  for (const std::string tying : {"adjacent", "layerwise"}) {
    for (const std::string order : {"bag", "position_released"}) {
      for (const std::string nonlinearity : {"none", "relu"}) {
        for (const bool linear : {false, true}) {
          INFO(tying << ", " << order << ", " << nonlinearity << ", linear " << linear);
          MemN2N::Options options;
          options.hops = 3;
          options.width = 6;
          options.tying = tying;
          options.conventions = "released";
          options.word_order = order;
          options.nonlinearity = nonlinearity;
          options.initial_deviation = 0.3;
          MemN2N model(kTask, options, 5);
          model.set_linear_attention(linear);
          Tape tape;
          tape.reset(model.parameters().leaves(nullptr));
          const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
          const ReleasedByLoops loops(model, options, linear);
          const std::size_t columns = tape.shape(logits)[1];
          for (std::size_t b = 0; b < 8; ++b) {
            const std::span<const Real> row = tape.value(logits).subspan(b * columns, columns);
            CHECK_THAT(row, testing::close_to(loops.logits(batch, b), 1e-12));
          }
        }
      }
    }
  }
}

TEST_CASE("examples of a batch do not see each other", "[memn2n]") {
  const StoryBatch batch = random_stories(6, 5);
  MemN2N model(kTask, variants().front(), 1);
  const auto [together, alone] = testing::score_one_by_one(model, batch);
  CHECK(alone.loss == Approx(together.loss).epsilon(1e-12));
}

TEST_CASE("only the statements that there are places for are remembered, the last ones", "[memn2n]") {
  TaskShape two = kTask;
  two.story.statements = 2;
  const StoryBatch all = random_stories(1, 5), last = testing::last_statements(all, 2);
  MemN2N model(two, MemN2N::Options{}, 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const double whole = model.score(tape, all).score.loss;
  CHECK(model.score(tape, last).score.loss == whole);
}

TEST_CASE("the order of the words matters with a position encoding and not in a bag", "[memn2n]") {
  StoryBatch batch = random_stories(1, 5), turned = batch;
  std::swap(turned.sentences(0, 0, 0), turned.sentences(0, 0, 1));
  batch.sentence_lengths(0, 0) = turned.sentence_lengths(0, 0) = 2;
  REQUIRE(batch.sentences(0, 0, 0) != batch.sentences(0, 0, 1));
  for (const std::string order : {"bag", "position", "position_released"}) {
    MemN2N::Options options;
    options.word_order = order;
    MemN2N model(kTask, options, 1);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const double one = model.score(tape, batch).score.loss, other = model.score(tape, turned).score.loss;
    if (order == "bag") {
      CHECK(one == Approx(other).epsilon(1e-13));
    } else {
      CHECK(std::abs(one - other) > 1e-7);
    }
  }
}

TEST_CASE("a memory network refuses sequences", "[memn2n]") {
  CHECK_THROWS_WITH(MemN2N({.input_size = 3, .target_size = 2}, {}, 1), Catch::Contains("stories"));
  MemN2N model(kTask, {}, 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  CHECK_THROWS_AS(model.score(tape, SequenceBatch{}), std::invalid_argument);
}

TEST_CASE("models that read sequences refuse stories", "[models]") {
  for (const std::string name : {"ntm", "lstm"})
    CHECK_THROWS_WITH(find_model(name)->configure()->build(kTask, 1), Catch::Contains("model.name=memn2n"));
}
