// What memory networks with supervised hops are to do when they are trained.
#include "framework/models/memnn.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/babi/babi.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/story_run.hpp"

using namespace tapehead;

namespace {

Babi task_of(const std::string& tasks, std::size_t questions) {
  Babi::Options options;
  options.tasks = tasks;
  options.questions = questions;
  return Babi(options);
}

TrainingOptions small_options() {
  TrainingOptions options = story_options(10000);  // the tests stop before
  options.clipping.clip_parameter = 40;
  return options;
}

std::vector<Real> trained(const Babi& task, const TrainingOptions& options, std::size_t steps,
                          std::size_t threads) {
  MemNN model(shape_of(task), {.width = 20, .ngrams = true, .nonlinear = true}, 1);
  Trainer trainer(model, task, options, 1, threads);
  for (std::size_t i = 0; i < steps; ++i) trainer.step();
  return {model.parameters().flat().begin(), model.parameters().flat().end()};
}

// On test questions.
[[maybe_unused]] double error_after_training(const Babi& task, const MemNN::Options& of_model,
                                             std::size_t steps = 400) {
  MemNN model(shape_of(task), of_model, 1);
  Trainer trainer(model, task, small_options(), 1, 1);
  while (trainer.progress().step < steps) trainer.step();
  Workers workers(1);
  return Evaluator(task, 0, Split::test).evaluate(model, workers).mean_wrong();
}

}  // namespace

TEST_CASE("a supervised memory network is trained to the same bits by any number of threads",
          "[training][threads]") {
  const Babi task = task_of("2", 100);
  TrainingOptions options = small_options();
  options.shards = 4;
  CHECK(trained(task, options, 4, 1) == trained(task, options, 4, 3));
}

TEST_CASE("supervised steps make no heap allocation once the largest batch was seen", "[training]") {
  const Babi task = task_of("1", 100);
  MemNN model(shape_of(task), {.ngrams = true, .nonlinear = true}, 1);
  Trainer trainer(model, task, small_options(), 1, 1);
  for (std::size_t i = 0; i < 60; ++i) trainer.step();
  const std::size_t before = testing::allocations();
  for (std::size_t i = 0; i < 3; ++i) trainer.step();
  CHECK(testing::allocations() == before);
}

#ifndef __SANITIZE_ADDRESS__  // they train at full size
TEST_CASE("two supervised hops find an object, and one does not", "[training]") {
  const Babi task = task_of("2", 1000);
  CHECK(error_after_training(task, {.hops = 10, .width = 50}) < 0.05);
  CHECK(error_after_training(task, {.hops = 1, .width = 50, .adaptive = false}) > 0.3);
}

TEST_CASE("n-grams tell who is north of whom, and bags of words do not", "[training]") {
  const Babi task = task_of("4", 1000);
  CHECK(error_after_training(task, {.width = 50, .ngrams = true}) < 0.05);
  CHECK(error_after_training(task, {.width = 50}) > 0.15);
}

TEST_CASE("yes and no are learned by a nonlinear net, and not by a linear one", "[training]") {
  const Babi task = task_of("6", 1000);
  CHECK(error_after_training(task, {.width = 50, .nonlinear = true}, 2000) < 0.2);
  CHECK(error_after_training(task, {.width = 50}, 2000) > 0.4);
}
#endif
