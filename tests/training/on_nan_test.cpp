// training.on_nan = skip and rollback: what they do, when they give up, and that they do it again to the bit.
#include "tests/support/catch.hpp"
#include "tests/training/poisoned.hpp"

using namespace tapehead;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::uint64_t kSeed = 3;

PoisonedTask poisoned_at(std::vector<std::uint64_t> steps) {
  PoisonedTask task;
  task.at_steps(kSeed, std::move(steps), [](SequenceBatch& batch) { batch.inputs(0, 0, 0) = kNan; });
  return task;
}

std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> steps;
  for (std::uint64_t step = first; step <= last; ++step) steps.push_back(step);
  return steps;
}

// Counts a step that left no update.
void pass_over(Trainer& trainer) {
  Trainer::Progress progress = trainer.progress();
  ++progress.step;
  ++progress.lost_steps;
  trainer.restore(progress);
}

bool same_state(const WatchedRun& a, const WatchedRun& b, std::size_t arrays) {
  bool same = same_bits(a.parameters(), b.parameters());
  for (std::size_t i = 0; i < arrays; ++i) {
    same = same && same_bits(a.trainer.optimizer_state(i), b.trainer.optimizer_state(i));
  }
  return same;
}

}  // namespace

TEST_CASE("a skipped update leaves parameters and optimiser state as they were", "[training]") {
  const PoisonedTask task = poisoned_at({1, 7, 8, 20}), clean;
  for (const char* const optimizer : {"adam", "rmsprop_graves"}) {
    INFO(optimizer);
    WatchedRun run(task, small_ntm(task), poisoned_options("skip", optimizer));
    run.run();
    CHECK(run.error().empty());
    CHECK(run.trainer.progress().skipped_updates == 4);
    CHECK(run.trainer.progress().skipped_in_a_row == 0);
    CHECK(run.trainer.progress().last_not_finite_step == 20);
    CHECK(run.trainer.updates() == 36);
    CHECK(run.remedies == std::vector<Remedy>(4, Remedy::skip));

    WatchedRun by_hand(clean, small_ntm(clean), poisoned_options("stop", optimizer));
    for (std::uint64_t step = 1; step <= 40; ++step) {
      const bool skipped = step == 1 || step == 7 || step == 8 || step == 20;
      skipped ? pass_over(by_hand.trainer) : by_hand.trainer.step();
    }
    CHECK(same_state(run, by_hand, by_hand.trainer.optimizer_state_names().size()));
  }
}

TEST_CASE("an optimiser counts the updates it made, not the steps that were skipped", "[training]") {
  // Adam's first change is the learning rate, whatever the gradient is: both its means are corrected for being new.
  const PoisonedTask task = poisoned_at({1, 2, 3});
  WatchedRun run(task, small_ntm(task), poisoned_options("skip"));
  const std::vector<Real> before = run.parameters();
  run.run_until(4);
  const std::vector<Real> after = run.parameters();
  double largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(after[i]) - static_cast<double>(before[i])));
  }
  CHECK(largest == Approx(1e-3).epsilon(1e-3));
}

TEST_CASE("a row is the mean over the updates that were applied", "[training]") {
  const PoisonedTask task = poisoned_at({3, 6, 7, 8, 9, 10}), clean;
  WatchedRun run(task, small_ntm(task), poisoned_options("skip"));
  run.run_until(10);
  TrainingOptions each = poisoned_options("skip");
  each.log_every = 1;
  WatchedRun fine(task, small_ntm(task), each);
  fine.run_until(5);
  REQUIRE(run.rows.size() == 2);
  REQUIRE(fine.rows.size() == 5);
  CHECK(std::isnan(fine.rows[2].loss));
  CHECK(std::isnan(fine.rows[2].grad_norm));
  const double mean = (fine.rows[0].loss + fine.rows[1].loss + fine.rows[3].loss + fine.rows[4].loss) / 4;
  CHECK(run.rows[0].loss == Approx(mean));
  CHECK(std::isnan(run.rows[1].loss));  // no update at all
}

TEST_CASE("a hundred updates in a row may be skipped, and no more", "[training]") {
  TrainingOptions options = poisoned_options("skip");
  options.steps = 120;
  const PoisonedTask hundred = poisoned_at(from_to(6, 105)), more = poisoned_at(from_to(6, 106));
  WatchedRun lucky(hundred, small_ntm(hundred), options);
  lucky.run();
  CHECK(lucky.error().empty());
  CHECK(lucky.trainer.progress().skipped_updates == 100);

  WatchedRun run(more, small_ntm(more), options);
  run.run();
  CHECK_THAT(run.error(), StartsWith("diverged at step 106 with seed 3: the batch's input at time 0"));
  CHECK_THAT(run.error(), EndsWith(", after 100 updates in a row were skipped"));
  CHECK(run.trainer.progress().step == 105);
  CHECK(run.remedies.back() == Remedy::stop);
}

TEST_CASE("a parameter that is not finite cannot be skipped", "[training]") {
  const PoisonedTask task;
  WatchedRun run(task, small_ntm(task), poisoned_options("skip"));
  run.after_step = [&](std::uint64_t step) {
    if (step == 4) run.model->parameters().values(Var{0})[0] = kNan;
  };
  run.run();
  CHECK_THAT(run.error(), StartsWith("diverged at step 5 with seed 3: parameter "));
  CHECK(run.trainer.progress().skipped_updates == 0);
}

TEST_CASE("a rollback returns to the last evaluation and goes on with new draws", "[training]") {
  const PoisonedTask task = poisoned_at({25}), clean;
  WatchedRun run(task, small_ntm(task), poisoned_options("rollback"));
  run.run();
  CHECK(run.error().empty());
  CHECK(run.remedies == std::vector<Remedy>{Remedy::rollback});
  CHECK(run.trainer.progress().rollbacks == 1);
  CHECK(run.trainer.progress().rollbacks_in_a_row == 0);  // evaluated since
  CHECK(run.trainer.updates() == 40 - 5);
  for (std::size_t i = 1; i < run.rows.size(); ++i) CHECK(run.rows[i].step == run.rows[i - 1].step + 5);

  WatchedRun by_hand(clean, small_ntm(clean), poisoned_options());
  for (std::uint64_t step = 1; step <= 20; ++step) by_hand.trainer.step();
  for (std::uint64_t step = 21; step <= 25; ++step) pass_over(by_hand.trainer);
  for (std::uint64_t step = 26; step <= 40; ++step) by_hand.trainer.step();
  CHECK(same_state(run, by_hand, by_hand.trainer.optimizer_state_names().size()));
}

TEST_CASE("what a rollback returns to is among the state that is saved", "[training]") {
  const PoisonedTask task;
  TrainingOptions options = poisoned_options("rollback", "sgd");
  options.optimizer.momentum = 0.9;
  WatchedRun run(task, small_ntm(task), options);
  const auto names = run.trainer.optimizer_state_names();
  CHECK(std::vector<std::string>(names.begin(), names.end()) ==
        std::vector<std::string>{"velocity", "rollback/parameters", "rollback/velocity"});
  const std::vector<Real> start = run.parameters();
  CHECK(same_bits(run.trainer.optimizer_state(1), start));
  run.run_until(9);
  CHECK(same_bits(run.trainer.optimizer_state(1), start));
  run.run([&] { return !run.evaluations.empty(); });
  CHECK(run.trainer.progress().step == 10);
  CHECK(same_bits(run.trainer.optimizer_state(1), run.parameters()));
  CHECK(same_bits(run.trainer.optimizer_state(2), run.trainer.optimizer_state(0)));
}

TEST_CASE("ruined parameters are rolled back before they are evaluated", "[training]") {
  const PoisonedTask task;
  WatchedRun run(task, small_ntm(task), poisoned_options("rollback"));
  const std::vector<Real> snapshot = run.parameters();
  run.after_step = [&](std::uint64_t done) {
    if (done == 10) run.model->parameters().values(Var{0})[0] = kInf;
  };
  run.run([&] { return !run.evaluations.empty(); });
  CHECK(run.error().empty());
  CHECK(run.remedies == std::vector<Remedy>{Remedy::rollback});
  CHECK(run.trainer.progress().step == 10);
  CHECK(same_bits(run.parameters(), snapshot));
  CHECK(std::isfinite(run.trainer.progress().last_loss));
}

TEST_CASE("ruined parameters are not saved, and when checkpoints are made moves no number", "[training]") {
  const PoisonedTask task;
  const auto ruined_at_15 = [&](std::size_t checkpoint_every, std::uint64_t stop) {
    TrainingOptions options = poisoned_options("rollback");
    options.checkpoint_every = checkpoint_every;
    auto run = std::make_unique<WatchedRun>(task, small_ntm(task), options);
    run->after_step = [&trained = *run](std::uint64_t done) {
      if (done == 15) trained.model->parameters().values(Var{0})[0] = kInf;
    };
    run->run_until(stop);
    return run;
  };
  const auto often = ruined_at_15(15, 40), seldom = ruined_at_15(1000, 40);
  CHECK(often->error().empty());
  CHECK(often->trainer.progress().last_not_finite_step == 16);
  CHECK(often->checkpoints == std::vector<std::uint64_t>{30, 40});
  CHECK(same_bits(often->parameters(), seldom->parameters()));
  CHECK(same_rows(often->rows, seldom->rows));
  CHECK(ruined_at_15(1000, 15)
            ->checkpoints.empty());  // interrupted there: the checkpoint before leads to the same
}

TEST_CASE("ten rollbacks to the same parameters are borne, and no more", "[training]") {
  // Between evaluations at 10 and 30, of which the one at 20 is of the same parameters again.
  const PoisonedTask task = poisoned_at(from_to(11, 20)), more = poisoned_at(from_to(11, 21));
  WatchedRun lucky(task, small_ntm(task), poisoned_options("rollback"));
  lucky.run();
  CHECK(lucky.error().empty());
  CHECK(lucky.trainer.progress().rollbacks == 10);
  CHECK(lucky.evaluations[1].loss == lucky.evaluations[0].loss);
  CHECK(lucky.trainer.progress().rollbacks_in_a_row == 0);

  WatchedRun run(more, small_ntm(more), poisoned_options("rollback"));
  run.run();
  CHECK_THAT(run.error(), StartsWith("diverged at step 21 with seed 3: "));
  CHECK_THAT(run.error(), EndsWith(", after 10 rollbacks to the same parameters"));
}

TEST_CASE("an evaluation that is never finite ends a run that rolls back", "[training]") {
  PoisonedTask task;
  task.in_evaluation(0, [](SequenceBatch& batch) { batch.inputs.fill(kInf); });
  WatchedRun run(task, small_ntm(task), poisoned_options("rollback"));
  run.run();
  CHECK_THAT(run.error(), StartsWith("diverged at step 10 with seed 3: in the evaluation "));
  CHECK(run.evaluations.empty());
  CHECK(run.checkpoints.empty());
}

TEST_CASE("a run that skips or rolls back, stopped and restored, is the same to the bit", "[training]") {
  const PoisonedTask task = poisoned_at({1, 13, 14, 25, 31});
  for (const char* const on_nan : {"skip", "rollback"}) {
    INFO(on_nan);
    const TrainingOptions options = poisoned_options(on_nan);
    WatchedRun whole(task, small_ntm(task), options, kSeed, 2);
    whole.run();
    CHECK(whole.error().empty());
    std::vector<TrainingRow> rows;
    std::vector<EvaluationRow> evaluations;
    auto part = std::make_unique<WatchedRun>(task, small_ntm(task), options);
    for (const std::uint64_t stop : {1U, 12U, 13U, 24U, 34U}) {
      CHECK(part->run_until(stop) == Ending::interrupted);
      rows.insert(rows.end(), part->rows.begin(), part->rows.end());
      evaluations.insert(evaluations.end(), part->evaluations.begin(), part->evaluations.end());
      auto next = std::make_unique<WatchedRun>(task, small_ntm(task), options);
      next->go_on_from(*part);
      part = std::move(next);
    }
    CHECK(part->run() == Ending::finished);
    rows.insert(rows.end(), part->rows.begin(), part->rows.end());
    evaluations.insert(evaluations.end(), part->evaluations.begin(), part->evaluations.end());
    CHECK(same_state(whole, *part, whole.trainer.optimizer_state_names().size()));
    CHECK(same_rows(whole.rows, rows));
    CHECK(same_evaluations(whole.evaluations, evaluations));
    CHECK(part->trainer.progress().skipped_updates == whole.trainer.progress().skipped_updates);
    CHECK(part->trainer.progress().rollbacks == whole.trainer.progress().rollbacks);
  }
}

TEST_CASE("an unknown training.on_nan is refused", "[training]") {
  const PoisonedTask task;
  CHECK_THROWS_AS(WatchedRun(task, small_ntm(task), poisoned_options("ignore")), UsageError);
}
