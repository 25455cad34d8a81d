// A key-value memory network learns where people are, reading windows of words as well as sentences.
#include <limits>

#include "framework/models/kv_memn2n.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/babi/babi.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a key-value memory network learns where people are", "[kv_memn2n]") {
  Babi::Options told;
  const Babi task(told);
  told.statements = 1;
  const Babi last_statement(told);
  TrainingOptions training;
  training.steps = 1400;
  training.batch = 32;
  training.shards = 1;
  training.cost = "sum";
  training.linear_start = 280;
  training.optimizer.optimizer = "sgd";
  training.optimizer.learning_rate = 0.005;
  training.optimizer.momentum = 0;
  training.clipping.clip_gradient = std::numeric_limits<double>::infinity();
  training.clipping.clip_parameter = 40;
  const auto error = [&](const Babi& of, const std::string& memories) {
    KvMemN2N::Options options;
    options.memories = memories;
    options.hops = 3;
    options.width = 20;
    KvMemN2N model(shape_of(of), options, 1);
    Trainer trainer(model, of, training, 1, 1);
    trainer.run({}, [] { return false; });
    Workers workers(1);
    return Evaluator(of, 1, Split::test).evaluate(model, workers).mean_wrong();
  };
  CHECK(error(task, "windows") < 0.2);
  CHECK(error(task, "sentences") < 0.1);
  // With a single memory, that of the last statement, most answers are not known.
  CHECK(error(last_statement, "windows") > 0.4);
}
