#include "experiments/story_answers.hpp"

#include <map>
#include <memory>

#include "framework/models/lstm_baseline.hpp"
#include "framework/models/memn2n.hpp"
#include "framework/training/evaluator.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

Babi small_task(const std::string& view = "sentences") {
  Babi::Options options;
  options.view = view;
  options.tasks = "1,6";
  options.questions = 60;
  return Babi(options);
}

std::unique_ptr<Model> small_model(const Babi& task) {
  const TaskShape shape = shape_of(task);
  if (shape.story.words > 0) return std::make_unique<MemN2N>(shape, MemN2N::Options{}, 1);
  return std::make_unique<LstmBaseline>(shape, LstmBaseline::Options{.units = 8, .layers = 1}, 1);
}

}  // namespace

TEST_CASE("answers are counted by task, and as many are right as the evaluation finds", "[babi]") {
  const std::string view = GENERATE("sentences", "words");
  const Babi task = small_task(view);
  const std::unique_ptr<Model> net = small_model(task);
  Model& model = *net;
  Workers workers(2), alone(1);
  const std::vector<AnswerCount> counts = count_answers(model, task, Split::test, workers);
  CHECK(counts == count_answers(model, task, Split::test, alone));
  std::map<std::int64_t, std::int64_t> questions;
  std::int64_t wrong = 0;
  for (const AnswerCount& row : counts) {
    questions[row.task] += row.count;
    if (row.answer != row.right_answer) wrong += row.count;
    CHECK(row.count > 0);
  }
  CHECK(questions == std::map<std::int64_t, std::int64_t>{{1, 60}, {6, 60}});
  Evaluator evaluator(task, 1, Split::test);
  CHECK(static_cast<double>(wrong) == evaluator.evaluate(model, alone).wrong);
}

TEST_CASE("of whole stories every word of every answer is counted", "[babi]") {
  Babi::Options options;
  options.view = "stories";
  options.tasks = "19";
  options.questions = 50;
  const Babi task(options);
  const std::unique_ptr<Model> net = small_model(task);
  Workers workers(1);
  std::int64_t words = 0, wrong = 0;
  for (const AnswerCount& row : count_answers(*net, task, Split::test, workers)) {
    words += row.count;
    if (row.answer != row.right_answer) wrong += row.count;
    CHECK(row.right_answer > 0);
  }
  CHECK(words == 100);  // two an answer
  const Evaluation found = Evaluator(task, 1, Split::test).evaluate(*net, workers);
  CHECK(found.judged == 50);
  CHECK(found.wrong <= static_cast<double>(wrong));
  CHECK(2 * found.wrong >= static_cast<double>(wrong));
}

TEST_CASE("what the answer's softmax ranks beyond the words is no word", "[babi]") {
  const Babi task = small_task();
  MemN2N::Options options;
  options.conventions = "released";
  MemN2N model(shape_of(task), options, 1);
  Workers workers(1);
  for (const AnswerCount& row : count_answers(model, task, Split::test, workers)) {
    CHECK(row.answer >= 0);
    CHECK(row.answer <= static_cast<std::int64_t>(task.words().size()));
  }
}
