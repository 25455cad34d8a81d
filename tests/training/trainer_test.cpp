// When a run ends, what it tells, and how it stops at what is not a number.
#include "framework/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"
#include "tests/training/small_run.hpp"

using namespace tapehead;

namespace {

// Updates until a run of this seed has seen a batch with so many steps.
std::uint64_t updates_until(const Task& task, std::size_t time_steps, std::uint64_t seed) {
  const RandomStream stream(seed, "train");
  Batch batch;
  for (std::uint64_t step = 0;; ++step) {
    task.sample(stream.step(step), 1, batch);
    if (std::get<SequenceBatch>(batch).steps() == time_steps) return step + 1;
  }
}

// Predicts fine + √root, the same for all inputs: at root = 0 that is finite and its derivative is not.
class RootModel final : public Model {
 public:
  explicit RootModel(const TaskShape& task) : Model(task) {
    fine_ = parameters().add("fine", {task.target_size}, initial::constant(0));
    root_ = parameters().add("root", {task.target_size}, initial::constant(0));
    parameters().complete(1);
  }
  Prediction predict(Tape& tape, const Batch& batch, Steps which, Recorder*) const override {
    const SequenceBatch& sequence = sequences("RootModel::predict", batch);
    const std::span<const std::size_t> steps = steps_of(tape, sequence, which);
    return {repeat(tape, add(tape, fine_, sqrt(tape, root_)), steps.size() * sequence.size()), steps};
  }

 private:
  Var fine_, root_;
};

std::string message_of_divergence(Trainer& trainer) {
  try {
    trainer.step();
  } catch (const DivergedError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::span<Real> values_of(Model& model, const std::string& path) {
  Parameters& parameters = model.parameters();
  for (std::uint32_t p = 0; p < parameters.all().size(); ++p) {
    if (parameters.all()[p].path == path) return parameters.values(Var{p});
  }
  FAIL("there is no " << path);
  return {};
}

}  // namespace

TEST_CASE("a run tells every row, evaluation and checkpoint at its step", "[training]") {
  SmallRun run;
  CHECK(run.run() == Ending::finished);
  CHECK(run.trainer.finished());
  CHECK(run.steps_told == 200);
  std::vector<std::uint64_t> rows, evaluations;
  for (const TrainingRow& row : run.rows) {
    rows.push_back(row.step);
    CHECK(row.sequences == row.step * 16);
    CHECK(row.learning_rate == 1e-3);
    CHECK(row.grad_norm > 0);
  }
  for (const EvaluationRow& row : run.evaluations) evaluations.push_back(row.step);
  REQUIRE(rows.size() == 20);
  CHECK(rows.front() == 10);
  CHECK(rows.back() == 200);
  CHECK(evaluations == std::vector<std::uint64_t>{60, 120, 180, 200});
  CHECK(run.checkpoints == std::vector<std::uint64_t>{90, 180, 200});
}

TEST_CASE("a row holds the mean over its steps, and evaluations say which was best", "[training]") {
  TrainingOptions each = small_options();
  each.steps = 20;
  each.log_every = 1;
  SmallRun fine(each), coarse([&] {
    TrainingOptions options = each;
    options.log_every = 10;
    return options;
  }());
  fine.run();
  coarse.run();
  for (std::size_t row = 0; row < 2; ++row) {
    double loss = 0, error = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      loss += fine.rows[row * 10 + i].loss / 10;
      error += fine.rows[row * 10 + i].error / 10;
    }
    CHECK(coarse.rows[row].loss == Approx(loss));
    CHECK(coarse.rows[row].error == Approx(error));
    CHECK(coarse.rows[row].grad_norm == fine.rows[row * 10 + 9].grad_norm);
  }
  SmallRun run;
  run.run();
  double lowest = std::numeric_limits<double>::infinity();
  for (const EvaluationRow& row : run.evaluations) {
    CHECK(row.best == (row.loss < lowest));
    lowest = std::min(lowest, row.loss);
  }
  CHECK(run.trainer.progress().best_loss == lowest);
}

TEST_CASE("training makes the loss smaller", "[training]") {
  SmallRun run;
  run.run();
  CHECK(run.rows.back().loss < 0.97 * run.rows.front().loss);
}

TEST_CASE("steps or sequences end a run, whichever comes first", "[training]") {
  const auto ended_at = [](std::size_t steps, std::size_t sequences) {
    TrainingOptions options = small_options();
    options.steps = steps;
    options.sequences = sequences;
    options.evaluation_sequences = 1;
    SmallRun run(options);
    run.run();
    return run.trainer.progress().step;
  };
  CHECK(ended_at(5, 0) == 5);
  CHECK(ended_at(5, 16 * 3) == 3);
  CHECK(ended_at(5, 16 * 3 + 1) == 4);  // at least so many sequences
  CHECK(ended_at(5, 16 * 9) == 5);
  CHECK(ended_at(0, 16 * 6) == 6);
  CHECK_THROWS_WITH(ended_at(0, 0),
                    "training.steps and training.sequences are both 0: one of them must end the run");
}

TEST_CASE("a run ends at the first evaluation below stop_below", "[training]") {
  TrainingOptions options = small_options();
  options.evaluate_every = 7;
  options.stop_below = 1000;
  SmallRun run(options);
  CHECK(run.run() == Ending::finished);
  CHECK(run.trainer.progress().step == 7);
  CHECK(run.checkpoints == std::vector<std::uint64_t>{7});
  CHECK(run.evaluations.size() == 1);
}

TEST_CASE("a run that is told to stop makes a checkpoint and does not evaluate", "[training]") {
  SmallRun run;
  CHECK(run.run(33) == Ending::interrupted);
  CHECK(run.trainer.progress().step == 33);
  CHECK(run.checkpoints == std::vector<std::uint64_t>{33});
  CHECK(run.evaluations.empty());
  CHECK_FALSE(run.trainer.finished());
}

TEST_CASE("the threshold's step is the first evaluation below it", "[training]") {
  TrainingOptions options = small_options();
  options.threshold = 1000;
  SmallRun run(options);
  run.run();
  CHECK(run.trainer.progress().steps_to_threshold == 60);
}

TEST_CASE("a training step makes no heap allocation once the longest sequence was seen", "[training]") {
  const Copy task = small_task();  // lengths up to 6
  for (const std::size_t threads : {1U, 2U}) {
    for (const std::size_t batch : {1U, 16U}) {
      INFO(threads << " threads, batch " << batch);
      const auto model = small_ntm(task);
      TrainingOptions options = small_options();
      options.batch = batch;
      Trainer trainer(*model, task, options, 1, threads);
      const std::uint64_t warm_up =
          updates_until(task, 2 * 6 + 2, 1) + 1;  // memory is put together at the next
      for (std::uint64_t i = 0; i < warm_up; ++i) trainer.step();
      const std::size_t before = testing::allocations();
      for (int i = 0; i < 100; ++i) trainer.step();
      CHECK(testing::allocations() - before == 0);
    }
  }
}

TEST_CASE("a step that diverges leaves the parameters alone", "[training]") {
  SmallRun run;
  run.run(3);
  values_of(*run.model, "output/weight")[0] = std::numeric_limits<Real>::quiet_NaN();
  const std::vector<Real> before(run.parameters().begin(), run.parameters().end());
  CHECK_THROWS_AS(run.trainer.step(), DivergedError);
  CHECK(same_bits(before, run.parameters()));
  CHECK(run.trainer.progress().step == 3);
}

TEST_CASE("a gradient that is not finite stops the run and is named, though the loss is finite",
          "[training]") {
  const Copy task = small_task();
  RootModel model(shape_of(task));
  Trainer trainer(model, task, small_options(), 7, 1);
  CHECK(message_of_divergence(trainer) ==
        "diverged at step 1 with seed 7: the gradient of root, made by the backward of sqrt, is not finite "
        "in 4 of 4 "
        "values");
  std::ranges::fill(values_of(model, "root"), Real(1));
  CHECK_NOTHROW(trainer.step());
}

TEST_CASE("a run whose last update ruins the parameters diverges instead of finishing", "[training]") {
  TrainingOptions options = small_options();
  options.steps = 1;
  options.optimizer.optimizer = "sgd";
  options.optimizer.learning_rate = 1e38;
  options.clipping.clip_gradient = std::numeric_limits<double>::infinity();
  SmallRun run(options);
  for (Real& value : run.model->parameters().values(Var{0})) value *= 1e30F;
  CHECK_THROWS_AS(run.run(), DivergedError);
  CHECK(run.checkpoints.empty());
}

TEST_CASE("hyper-parameters with which no update is finite are refused", "[training]") {
  const auto refused = [](const char* optimizer, double OptimizerOptions::*field, double value) {
    OptimizerOptions options;
    options.optimizer = optimizer;
    options.*field = value;
    CHECK_THROWS_AS(options.resolve(), UsageError);
  };
  refused("rmsprop_graves", &OptimizerOptions::epsilon, 0);
  refused("rmsprop", &OptimizerOptions::decay, 1);
  refused("sgd", &OptimizerOptions::momentum, 1);
  refused("adam", &OptimizerOptions::beta1, 1);
  refused("adam", &OptimizerOptions::beta2, 1);
  refused("adam", &OptimizerOptions::learning_rate, std::numeric_limits<double>::infinity());
}
