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
