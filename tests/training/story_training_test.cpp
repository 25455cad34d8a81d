// What memory networks on stories ask of training: costs that are summed, matrices that are clipped one by one, a linear
// start, stored validation sets.
#include <cmath>

#include "framework/models/entnet.hpp"
#include "framework/models/memn2n.hpp"
#include "framework/tensor/error.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/babi/babi.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/story_run.hpp"

using namespace tapehead;

namespace {

Babi small_task() {
  Babi::Options options;
  options.questions = 200;
  return Babi(options);
}

TrainingOptions small_options() { return story_options(40); }

std::vector<Real> trained(const Babi& task, const TrainingOptions& options, std::size_t steps,
                          std::size_t threads = 1) {
  MemN2N model(shape_of(task), {}, 1);
  Trainer trainer(model, task, options, 1, threads);
  for (std::size_t i = 0; i < steps; ++i) trainer.step();
  return {model.parameters().flat().begin(), model.parameters().flat().end()};
}

// Runs to the end.
std::vector<EvaluationRow> evaluations(Trainer& trainer) {
  struct Rows final : TrainingObserver {
    std::vector<EvaluationRow> all;
    void on_evaluation(const Trainer&, const EvaluationRow& row) override { all.push_back(row); }
  } rows;
  TrainingObserver* const observers[] = {&rows};
  CHECK(trainer.run(observers, [] { return false; }) == Ending::finished);
  return rows.all;
}

// The norm of what one update has changed in each parameter.
std::vector<double> changes(const Babi& task, const TrainingOptions& options) {
  MemN2N model(shape_of(task), {}, 1);
  Trainer trainer(model, task, options, 1, 1);
  const std::vector<Real> before(model.parameters().flat().begin(), model.parameters().flat().end());
  trainer.step();
  std::vector<double> norms;
  for (const Parameter& parameter : model.parameters().all()) {
    double squares = 0;
    for (std::size_t i = 0; i < parameter.shape.size(); ++i) {
      const double change = model.parameters().flat()[parameter.offset + i] - before[parameter.offset + i];
      squares += change * change;
    }
    norms.push_back(std::sqrt(squares));
  }
  return norms;
}

}  // namespace

TEST_CASE("a summed cost is the mean's with a learning rate as many times larger", "[training]") {
  const Babi task = small_task();
  TrainingOptions sum = small_options(), mean = small_options();
  mean.cost = "mean";
  mean.optimizer.learning_rate = 0.32;
  const std::vector<double> a = changes(task, sum), b = changes(task, mean);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-3));
  sum.cost = "product";
  CHECK_THROWS_WITH(trained(task, sum, 1), Catch::Contains("training.cost"));
}

TEST_CASE("each parameter's gradient is clipped by itself", "[training]") {
  const Babi task = small_task();
  const std::vector<double> whole = changes(task, small_options());
  const double smallest = *std::ranges::min_element(whole), largest = *std::ranges::max_element(whole);
  REQUIRE(smallest < largest);
  const double limit = (smallest + largest) / 2;  // of the update, which is the rate times the gradient
  TrainingOptions options = small_options();
  options.clipping.clip_parameter = limit / options.optimizer.learning_rate;
  const std::vector<double> clipped = changes(task, options);
  for (std::size_t i = 0; i < whole.size(); ++i)
    CHECK(clipped[i] == Approx(std::min(whole[i], limit)).epsilon(1e-3));
  options.shards = 4;  // the sum of the shards is what counts
  const std::vector<double> sharded = changes(task, options);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(sharded[i] == Approx(clipped[i]).epsilon(1e-3));
}

TEST_CASE("attention is linear for as many updates as were asked for", "[training]") {
  const Babi task = small_task();
  TrainingOptions options = small_options();
  const std::vector<Real> usual = trained(task, options, 5);
  options.linear_start = 5;
  const std::vector<Real> linear = trained(task, options, 5);
  CHECK(linear != usual);
  options.linear_start = 8;
  CHECK(trained(task, options, 5) == linear);
  CHECK(trained(task, options, 8) != trained(task, {[&] {
                                               auto o = options;
                                               o.linear_start = 5;
                                               return o;
                                             }()},
                                             8));
}

TEST_CASE("a memory network is trained to the same bits by any number of threads", "[training][threads]") {
  const Babi task = small_task();
  TrainingOptions options = small_options();
  options.shards = 4;
  CHECK(trained(task, options, 5, 1) == trained(task, options, 5, 3));
  const auto slots = [&](std::size_t threads) {
    EntNet model(shape_of(task), {.slots = 4, .width = 9}, 1);
    Trainer trainer(model, task, options, 1, threads);
    for (std::size_t i = 0; i < 5; ++i) trainer.step();
    return std::vector<Real>(model.parameters().flat().begin(), model.parameters().flat().end());
  };
  CHECK(slots(1) == slots(3));
}

TEST_CASE("steps on stories make no heap allocation once the largest batch was seen", "[training]") {
  const Babi task = small_task();
  MemN2N hops(shape_of(task), {}, 1);
  EntNet slots(shape_of(task), {.slots = 4, .width = 9, .conventions = "released"}, 1);
  for (Model* const model : {static_cast<Model*>(&hops), static_cast<Model*>(&slots)}) {
    Trainer trainer(*model, task, small_options(), 1, 1);
    for (std::size_t i = 0; i < 30; ++i) trainer.step();
    const std::size_t before = testing::allocations();
    for (std::size_t i = 0; i < 3; ++i) trainer.step();
    CHECK(testing::allocations() == before);
  }
}

TEST_CASE("stored questions are evaluated all, each once", "[training]") {
  const Babi task = small_task();
  MemN2N model(shape_of(task), {}, 1);
  Workers workers(2);
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    Evaluator evaluator(task, 7, split);
    const Evaluation found = evaluator.evaluate(model, workers);
    CHECK(found.examples == static_cast<double>(task.size(split)));
    Batch all;
    task.take(split, 0, task.size(split), all);
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), false);
    const Score whole = model.score(tape, all).score;
    CHECK(found.loss == Approx(whole.loss));
    CHECK(found.wrong == whole.wrong);
  }
}

TEST_CASE("where no question is kept for validation, training is watched on all that are trained on",
          "[training]") {
  Babi::Options stories;
  stories.questions = 50;
  stories.validation = 0;
  const Babi task(stories);
  TrainingOptions options = small_options();
  options.steps = 2;
  MemN2N model(shape_of(task), {}, 1);
  Trainer trainer(model, task, options, 1, 1);
  const std::vector<EvaluationRow> rows = evaluations(trainer);
  REQUIRE(rows.size() == 1);
  Workers workers(1);
  const Evaluation all = Evaluator(task, 7, Split::train).evaluate(model, workers);
  CHECK(all.examples == 50);
  CHECK(rows[0].loss == all.mean_loss());
}

#ifndef __SANITIZE_ADDRESS__  // it trains at full size
TEST_CASE("a memory network learns where people are, and one without hops does not", "[training]") {
  Babi::Options stories;
  stories.questions = 1000;
  const Babi task(stories);
  TrainingOptions options = small_options();
  options.steps = 1000;
  options.clipping.clip_parameter = 40;
  const auto error = [&](bool shown) {
    MemN2N::Options of_model;
    of_model.hops = 1;
    of_model.time = shown;  // without ages nobody can tell who went where last
    MemN2N model(shape_of(task), of_model, 1);
    Trainer trainer(model, task, options, 1, 1);
    while (trainer.progress().step < options.steps) trainer.step();
    Workers workers(1);
    const Evaluation found = Evaluator(task, 0, Split::test).evaluate(model, workers);
    return found.mean_wrong();
  };
  CHECK(error(true) < 0.05);
  CHECK(error(false) > 0.2);
}

TEST_CASE("an entity network learns where people are, and one that hears the last statement alone does not",
          "[training]") {
  const auto error = [](std::size_t statements) {
    Babi::Options stories;
    stories.questions = 1000;
    stories.statements = statements;
    const Babi task(stories);
    TrainingOptions options = small_options();
    options.steps = 600;
    options.optimizer = {.optimizer = "adam", .learning_rate = 0.01};
    options.clipping.clip_norm = 40;
    EntNet model(shape_of(task), {.slots = 5, .width = 20}, 1);
    Trainer trainer(model, task, options, 1, 1);
    while (trainer.progress().step < options.steps) trainer.step();
    Workers workers(1);
    return Evaluator(task, 0, Split::test).evaluate(model, workers).mean_wrong();
  };
  CHECK(error(50) < 0.05);
  CHECK(error(1) > 0.2);
}
#endif

TEST_CASE("what was best with linear attention is forgotten with it", "[training]") {
  const Babi task = small_task();
  TrainingOptions options = small_options();
  options.steps = 60;
  options.linear_start = 40;
  options.evaluate_every = 20;
  options.threshold = options.stop_below = 100;  // which any model is below
  options.optimizer.learning_rate = 1e-3;
  MemN2N model(shape_of(task), {}, 1);
  Trainer trainer(model, task, options, 1, 1);
  const std::vector<EvaluationRow> rows = evaluations(trainer);
  REQUIRE(rows.size() == 2);  // at 20, linear, and at 40, where the other model begins
  CHECK(rows[0].step == 20);
  CHECK(rows[1].step == 40);
  CHECK(rows[1].best);
  CHECK(trainer.progress().best_loss == rows[1].loss);
  CHECK(trainer.progress().steps_to_threshold == 40);
}
