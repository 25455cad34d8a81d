#include "framework/models/word_lstm.hpp"

#include <cmath>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/models/model_catalogue.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

using Id = StoryBatch::Id;
using Vector = std::vector<double>;

const StoryShape kShape{.words = 6, .longest_sentence = 3, .longest_question = 2, .statements = 3};
const TaskShape kTask{.input_size = 6, .target_size = 6, .loss = Loss::classes, .story = kShape};
constexpr WordLstm::Options kOptions{.units = 4, .forget_bias = 1};

// Example b has (b + 4) % 5 statements, of which the task keeps the last three.
StoryBatch random_stories(std::size_t examples) {
  Draws draws = RandomStream(5, "stories").draws();
  StoryBatch batch;
  reset(batch, {.examples = examples, .sentences = 4, .words = 3, .question_words = 2, .facts = 1});
  const auto word = [&] { return static_cast<Id>(1 + draws.below(kShape.words)); };
  for (std::size_t b = 0; b < examples; ++b) {
    batch.story_lengths(b) = static_cast<Id>((b + 4) % 5);
    for (std::size_t s = 0; s < (b + 4) % 5; ++s) {
      const std::size_t length = 1 + draws.below(3);
      batch.sentence_lengths(b, s) = static_cast<Id>(length);
      for (std::size_t w = 0; w < length; ++w) batch.sentences(b, s, w) = word();
    }
    const std::size_t length = 1 + draws.below(2);
    batch.question_lengths(b) = static_cast<Id>(length);
    for (std::size_t w = 0; w < length; ++w) batch.questions(b, w) = word();
    batch.answers(b) = word();
  }
  return batch;
}

// Words in the order in which they are read.
std::vector<std::size_t> words_of(const StoryBatch& batch, std::size_t b) {
  std::vector<std::size_t> words;
  const auto length = static_cast<std::size_t>(batch.story_lengths(b));
  for (std::size_t s = length > kShape.statements ? length - kShape.statements : 0; s < length; ++s) {
    for (std::size_t w = 0; w < static_cast<std::size_t>(batch.sentence_lengths(b, s)); ++w)
      words.push_back(static_cast<std::size_t>(batch.sentences(b, s, w)));
  }
  for (std::size_t w = 0; w < static_cast<std::size_t>(batch.question_lengths(b)); ++w)
    words.push_back(static_cast<std::size_t>(batch.questions(b, w)));
  return words;
}

// h_t of an LSTM by loops over one example, and its logits.
Vector logits_by_loops(const WordLstm& model, const std::vector<std::size_t>& words) {
  const auto values = [&](std::size_t id) {
    return model.parameters().values(Var{static_cast<std::uint32_t>(id)});
  };
  const std::size_t n = kOptions.units;
  const auto input = values(0), recurrent = values(1), output = values(2);
  Vector h(n, 0), c(n, 0);
  for (const std::size_t word : words) {
    Vector gates(4 * n);
    for (std::size_t g = 0; g < 4 * n; ++g) {
      gates[g] = input[(word - 1) * 4 * n + g] + input[kShape.words * 4 * n + g];
      for (std::size_t k = 0; k < n; ++k) gates[g] += h[k] * recurrent[k * 4 * n + g];
    }
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    for (std::size_t k = 0; k < n; ++k) {
      c[k] = sigmoid(gates[n + k]) * c[k] + sigmoid(gates[k]) * std::tanh(gates[2 * n + k]);
      h[k] = sigmoid(gates[3 * n + k]) * std::tanh(c[k]);
    }
  }
  Vector result;
  for (std::size_t w = 0; w < kShape.words; ++w) {
    result.push_back(output[n * kShape.words + w]);
    for (std::size_t k = 0; k < n; ++k) result.back() += h[k] * output[k * kShape.words + w];
  }
  return result;
}

}  // namespace

TEST_CASE("an LSTM over words reads a story and its question, and answers behind the last word",
          "[word_lstm]") {
  WordLstm model(kTask, kOptions, 1);
  CHECK(model.parameters().count() == (6 + 4 + 1) * 16 + 5 * 6);
  const StoryBatch batch = random_stories(7);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
  REQUIRE(tape.shape(logits) == Shape{7, 6});
  for (std::size_t b = 0; b < 7; ++b) {
    CHECK_THAT(tape.value(logits).subspan(b * 6, 6),
               testing::close_to(logits_by_loops(model, words_of(batch, b)), 1e-12));
  }
}

TEST_CASE("an LSTM over words has the gradient of central differences", "[word_lstm][gradient]") {
  const StoryBatch batch = random_stories(6);
  WordLstm model(kTask, kOptions, 2);
  CHECK(check_parameter_gradients(model.parameters(),
                                  [&](Tape& tape) { return model.score(tape, batch).loss; },
                                  {.elements = 20}) < 1e-7);
}

TEST_CASE("a question of which no word is known is answered by the bias", "[word_lstm]") {
  WordLstm model(kTask, kOptions, 1);
  StoryBatch batch = random_stories(2);  // the second has no statement
  batch.question_lengths(1) = 0;
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
  CHECK_THAT(tape.value(logits).subspan(6, 6), testing::close_to(logits_by_loops(model, {}), 1e-12));
}

TEST_CASE("an LSTM over words refuses sequences", "[word_lstm]") {
  CHECK_THROWS_WITH(find_model("word_lstm")
                        ->configure()
                        ->build({.input_size = 3, .target_size = 2, .loss = Loss::bits, .story = {}}, 1),
                    Catch::Contains("reads stories"));
}
