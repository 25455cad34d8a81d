// A bag of words learns why somebody does something, which the words tell, and not where somebody is, which is a matter of
// order.
#include <limits>

#include "framework/models/bag_of_words.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/babi/babi.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a bag of words learns what words tell without their order", "[bag_of_words]") {
  TrainingOptions training;
  training.steps = 600;
  training.batch = 32;
  training.shards = 1;
  training.optimizer.learning_rate = 0.01;
  training.clipping.clip_gradient = std::numeric_limits<double>::infinity();
  const auto error = [&](const char* tasks) {
    Babi::Options told;
    told.tasks = tasks;
    const Babi task(told);
    CHECK(task.most_frequent_answer_error(Split::test) > 0.7);
    BagOfWords model(shape_of(task), {}, 1);
    Trainer trainer(model, task, training, 1, 1);
    trainer.run({}, [] { return false; });
    Workers workers(1);
    return Evaluator(task, 1, Split::test).evaluate(model, workers).mean_wrong();
  };
  CHECK(error("20") < 0.25);
  CHECK(error("1") > 0.4);
}
