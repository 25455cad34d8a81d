// A run can be stopped at any moment at which it asks, evaluations included, and goes on as if it had not been.
#include <atomic>
#include <memory>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/training/poisoned.hpp"

using namespace tapehead;

namespace {

// Says stop from its n-th question on.
std::function<bool()> stop_at_question(int n) {
  return [n, asked = std::make_shared<int>(0)] { return ++*asked >= n; };
}

// Evaluations of 5 batches.
TrainingOptions options_with_long_evaluations() {
  TrainingOptions options = poisoned_options();
  options.steps = 23;
  options.evaluation_sequences = 40;
  options.checkpoint_every = 9;  // the step after one is evaluated
  return options;
}

}  // namespace

TEST_CASE("an evaluation asks between its batches whether to stop, and then nothing comes of it",
          "[training]") {
  const Copy task = small_task();
  const auto model = small_ntm(task);
  Workers workers(1);
  Evaluator evaluator(task, 40);
  int asked = 0;
  CHECK(evaluator.evaluate(*model, workers, [&] { return ++asked, false; }).has_value());
  CHECK(asked == 5);
  asked = 0;
  CHECK_FALSE(evaluator.evaluate(*model, workers, [&] { return ++asked == 3; }).has_value());
  CHECK(asked == 3);
}

TEST_CASE("only the calling thread asks, and all threads stop", "[training]") {
  const Copy task = small_task();
  const auto model = small_ntm(task);
  Workers workers(3);
  Evaluator evaluator(task, 4000);
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> others = false;
  std::atomic<int> asked = 0;
  const auto score = evaluator.evaluate(*model, workers, [&] {
    if (std::this_thread::get_id() != caller) others = true;
    return ++asked > 50;
  });
  CHECK_FALSE(score.has_value());
  CHECK_FALSE(others);
}

TEST_CASE("a run stopped at any question it asks goes on to the same bits, rows and evaluations",
          "[training]") {
  const PoisonedTask task;
  const TrainingOptions options = options_with_long_evaluations();
  WatchedRun whole(task, small_ntm(task), options);
  whole.run();
  REQUIRE(whole.evaluations.size() == 3);  // at 10, 20 and the end
  // 23 questions before steps and 15 within evaluations; one more finds the run over.
  for (int question = 1; question <= 38; ++question) {
    INFO("question " << question);
    WatchedRun first(task, small_ntm(task), options), second(task, small_ntm(task), options);
    CHECK(first.run(stop_at_question(question)) == Ending::interrupted);
    CHECK_FALSE(first.trainer.finished());
    CHECK(first.checkpoints.back() == first.trainer.progress().step);
    second.go_on_from(first);
    CHECK(second.run() == Ending::finished);
    CHECK(second.trainer.finished());
    first.rows.insert(first.rows.end(), second.rows.begin(), second.rows.end());
    first.evaluations.insert(first.evaluations.end(), second.evaluations.begin(), second.evaluations.end());
    CHECK(same_bits(whole.parameters(), second.parameters()));
    CHECK(same_rows(whole.rows, first.rows));
    CHECK(same_evaluations(whole.evaluations, first.evaluations));
    CHECK(second.trainer.progress().best_loss == whole.trainer.progress().best_loss);
    CHECK(second.trainer.progress().evaluations == whole.trainer.progress().evaluations);
  }
  WatchedRun run(task, small_ntm(task), options);
  CHECK(run.run(stop_at_question(39)) == Ending::finished);
}

TEST_CASE("a run that is stopped before its first step saves what it has", "[training]") {
  const PoisonedTask task;
  WatchedRun run(task, small_ntm(task), poisoned_options());
  CHECK(run.run(stop_at_question(1)) == Ending::interrupted);
  CHECK(run.trainer.progress().step == 0);
  CHECK(run.checkpoints == std::vector<std::uint64_t>{0});
  CHECK(run.evaluations.empty());
}

TEST_CASE("a run whose last evaluation was interrupted is not finished", "[training]") {
  const PoisonedTask task;
  WatchedRun run(task, small_ntm(task), options_with_long_evaluations());
  run.run(stop_at_question(37));
  CHECK(run.trainer.progress().step == 23);
  CHECK_FALSE(run.trainer.finished());
  CHECK(run.evaluations.size() == 2);
  run.run();
  CHECK(run.trainer.finished());
  CHECK(run.evaluations.size() == 3);
  CHECK(run.checkpoints == std::vector<std::uint64_t>{9, 18, 23, 23});
}
