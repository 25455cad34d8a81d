#include "experiments/checkpoint_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "framework/tensor/error.hpp"
#include "tests/experiments/small_net.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

// Keeps what is evaluated, as run.h5 would.
struct Evaluations final : TrainingObserver {
  RunMetrics metrics;
  void on_evaluation(const Trainer&, const EvaluationRow& row) override {
    metrics.eval.step.push_back(static_cast<std::int64_t>(row.step));
    if (metrics.eval.columns.empty()) metrics.eval.columns.push_back({{"loss", "bit"}, {}});
    metrics.eval.columns.front().values.push_back(row.loss);
  }
};

// A net with its trainer.
struct Training {
  TrainedNet net;
  Trainer trainer;
  Evaluations evaluations;

  explicit Training(const std::vector<Assignment>& changes = {})
      : net(small_net(changes)),
        trainer(*net.model, *net.task, net.settings->training(), net.settings->seed(), 1) {}

  void run() {
    const std::array<TrainingObserver*, 1> observers = {&evaluations};
    trainer.run(observers, [] { return false; });
  }
  Checkpoint capture() { return tapehead::capture(trainer, *net.settings, "id", evaluations.metrics); }
};

bool same_bits(std::span<const Real> a, std::span<const Real> b) { return std::ranges::equal(a, b); }

}  // namespace

TEST_CASE("a trainer restored from a checkpoint goes on as the one it was taken from") {
  Training first;
  for (int i = 0; i < 7; ++i) first.trainer.step();
  const Checkpoint checkpoint = first.capture();
  Training second({{"seed", "99", ""}});  // other parameters to begin with
  Training third;
  restore(checkpoint, "x.h5", third.trainer);
  for (int i = 0; i < 5; ++i) {
    first.trainer.step();
    third.trainer.step();
  }
  CHECK(third.trainer.progress().step == 12);
  CHECK(third.trainer.progress().window_loss == first.trainer.progress().window_loss);
  CHECK(same_bits(first.net.model->parameters().flat(), third.net.model->parameters().flat()));
  CHECK_FALSE(same_bits(first.net.model->parameters().flat(), second.net.model->parameters().flat()));
  for (std::size_t i = 0; i < first.trainer.optimizer_state_names().size(); ++i) {
    CHECK(same_bits(first.trainer.optimizer_state(i), third.trainer.optimizer_state(i)));
  }
}

TEST_CASE("a checkpoint names parameters and optimiser state by path") {
  Training training;
  const Checkpoint checkpoint = training.capture();
  // 6 units and a bias; 3 heads of 4 (key) + 3 (strength, gate, sharpening) + 3 (shifts); 2 · 4 (erase, add).
  CHECK(find_tensor(checkpoint.model, "memory/heads/weight", {7, 38}, "x.h5").values.size() == 7 * 38);
  CHECK(find_tensor(checkpoint.optimizer, "mean_square/initial_read", {8}, "x.h5").values.size() == 8);
}

TEST_CASE("a checkpoint of another model is refused") {
  Training training;
  const Checkpoint checkpoint = training.capture();
  TrainedNet wider = small_net({{"memory.width", "5", ""}});
  CHECK_THROWS_AS(restore_parameters(checkpoint, "x.h5", *wider.model), DataError);
}

TEST_CASE("a checkpoint without a counter is refused") {
  Training training;
  Checkpoint checkpoint = training.capture();
  std::erase_if(checkpoint.counters, [](const Attribute& a) { return a.name == "window_loss"; });
  CHECK_THROWS_WITH(restore(checkpoint, "x.h5", training.trainer),
                    Catch::Matchers::StartsWith("x.h5: counter 'window_loss'"));
}

TEST_CASE("a checkpoint from before training.on_nan was there is restored, its counters at 0") {
  Training training;
  for (int i = 0; i < 7; ++i) training.trainer.step();
  Checkpoint checkpoint = training.capture();
  const auto later = {"lost_steps",         "skipped_updates",  "skipped_in_a_row",    "rollbacks",
                      "rollbacks_in_a_row", "snapshot_updates", "last_not_finite_step"};
  const std::size_t all = checkpoint.counters.size();
  std::erase_if(checkpoint.counters,
                [&](const Attribute& a) { return std::ranges::count(later, a.name) > 0; });
  CHECK(checkpoint.counters.size() == all - later.size());
  Training other;
  restore(checkpoint, "x.h5", other.trainer);
  CHECK(other.trainer.progress().step == 7);
  CHECK(other.trainer.updates() == 7);
  CHECK(other.trainer.progress().window_loss == training.trainer.progress().window_loss);
}

TEST_CASE("what a rollback returns to, and all that decides about it, is in a checkpoint") {
  const std::vector<Assignment> changes = {{"training.on_nan", "rollback", ""}};
  Training training(changes), other(changes);
  training.run();
  Trainer::Progress progress = training.trainer.progress();
  progress.lost_steps = 3;
  progress.skipped_updates = 4;
  progress.skipped_in_a_row = 5;
  progress.rollbacks = 6;
  progress.rollbacks_in_a_row = 7;
  progress.snapshot_updates = 8;
  progress.last_not_finite_step = 9;
  training.trainer.restore(progress);
  restore(training.capture(), "x.h5", other.trainer);
  const Trainer::Progress& restored = other.trainer.progress();
  CHECK(restored.lost_steps == 3);
  CHECK(restored.skipped_updates == 4);
  CHECK(restored.skipped_in_a_row == 5);
  CHECK(restored.rollbacks == 6);
  CHECK(restored.rollbacks_in_a_row == 7);
  CHECK(restored.snapshot_updates == 8);
  CHECK(restored.last_not_finite_step == 9);
  const auto names = other.trainer.optimizer_state_names();
  REQUIRE(names.size() == 7);  // mean_square, mean, velocity; these and the parameters once more
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(same_bits(training.trainer.optimizer_state(i), other.trainer.optimizer_state(i)));
  }
}

TEST_CASE("a run that is only now told to roll back returns to where it was told so") {
  Training before, after({{"training.on_nan", "rollback", ""}});
  for (int i = 0; i < 7; ++i) before.trainer.step();
  restore(before.capture(), "x.h5", after.trainer);
  CHECK(after.trainer.progress().snapshot_updates == 7);
  CHECK(same_bits(after.trainer.optimizer_state(3), before.net.model->parameters().flat()));
}

TEST_CASE("the evaluation that closed a run early is taken back when the run goes on") {
  Training whole, stopped({{"training.steps", "17", ""}});
  whole.run();
  stopped.run();
  REQUIRE(stopped.evaluations.metrics.eval.step == std::vector<std::int64_t>{10, 17});
  Checkpoint checkpoint = stopped.capture();
  reopen(checkpoint, "x.h5", stopped.net.settings->training());
  CHECK(checkpoint.metrics.eval.step == std::vector<std::int64_t>{10});

  Training resumed;
  resumed.evaluations.metrics = checkpoint.metrics;
  restore(checkpoint, "x.h5", resumed.trainer);
  CHECK(resumed.trainer.progress().last_evaluation_step == 10);
  resumed.run();
  CHECK(resumed.evaluations.metrics.eval.step == whole.evaluations.metrics.eval.step);
  CHECK(resumed.trainer.progress().best_loss == whole.trainer.progress().best_loss);
  CHECK(resumed.trainer.progress().evaluations == whole.trainer.progress().evaluations);
  CHECK(resumed.trainer.progress().window_loss == whole.trainer.progress().window_loss);
}

TEST_CASE("an evaluation that was due stays when the run goes on") {
  Training stopped({{"training.steps", "20", ""}});
  stopped.run();
  Checkpoint checkpoint = stopped.capture();
  reopen(checkpoint, "x.h5", stopped.net.settings->training());
  CHECK(checkpoint.metrics.eval.step == std::vector<std::int64_t>{10, 20});
}

TEST_CASE("settings become typed attributes under their keys") {
  const auto settings = small_settings();
  const std::vector<Attribute> attributes = config_attributes(settings->settings());
  const auto value = [&](const char* name) { return *find_attribute(attributes, name); };
  CHECK(value("memory.slots") == AttributeValue(std::int64_t{8}));
  CHECK(value("training.learning_rate") == AttributeValue(1e-4));
  CHECK(value("model.name") == AttributeValue(std::string("ntm")));
  CHECK(find_attribute(attributes, "training.beta1") == nullptr);  // of another optimizer
}
