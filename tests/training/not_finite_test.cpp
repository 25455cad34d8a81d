// Where a number that is not finite came from, and that a run stops at it with everything in order.
#include "tests/support/catch.hpp"
#include "tests/training/poisoned.hpp"

using namespace tapehead;
using Catch::Matchers::Contains;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;
using Place = Diagnosis::Place;

namespace {

std::span<Real> values_of(Model& model, const std::string& path) {
  Parameters& parameters = model.parameters();
  for (std::uint32_t p = 0; p < parameters.all().size(); ++p) {
    if (parameters.all()[p].path == path) return parameters.values(Var{p});
  }
  FAIL("there is no " << path);
  return {};
}

// Runs into a step that is spoiled, and checks what has to be true of every such end.
struct Failing {
  Failing(const PoisonedTask& task, std::unique_ptr<Model> model, std::uint64_t step,
          const TrainingOptions& options = poisoned_options())
      : run(task, std::move(model), options) {
    std::vector<Real> before = run.parameters();
    run.after_step = [&](std::uint64_t done) {
      if (done + 1 == step) before = run.parameters();
    };
    run.run();
    const std::string start = "diverged at step " + std::to_string(step) + " with seed 3: ";
    CHECK_THAT(run.error(), StartsWith(start));
    what = run.error().substr(std::min(start.size(), run.error().size()));
    CHECK(same_bits(before, run.parameters()));
    CHECK(run.trainer.progress().step == step - 1);
    REQUIRE(run.diagnoses.size() == 1);
    CHECK(run.remedies.front() == Remedy::stop);
    for (const std::uint64_t saved : run.checkpoints) CHECK(saved < step);
    for (const EvaluationRow& row : run.evaluations) CHECK(row.step < step);
  }
  const Diagnosis& diagnosis() const { return run.diagnoses.front(); }

  WatchedRun run;
  std::string what;
};

}  // namespace

TEST_CASE("an input that is not a number stops the run at its step and is named", "[training]") {
  PoisonedTask task;
  task.at_steps(3, {17}, [](SequenceBatch& batch) { batch.inputs(2, 1, 0) = kNan; });
  const Failing failing(task, small_ntm(task), 17);
  CHECK_THAT(failing.what, Matches("the batch's input at time 2 is not finite in 1 of \\d+ values"));
  CHECK(failing.diagnosis().place == Place::input);
  CHECK(failing.run.checkpoints == std::vector<std::uint64_t>{15});
  // What it spoils stands behind it, in the order of the computation.
  CHECK(failing.diagnosis().chain[1].op == "lstm_step");
  CHECK(failing.diagnosis().chain[1].time == 2);
  CHECK(failing.diagnosis().chain.back().name == "the loss");
}

TEST_CASE("a target that is infinite stops the run at its step and is named", "[training]") {
  PoisonedTask task;
  task.at_steps(3, {1}, [](SequenceBatch& batch) {
    const std::size_t last = batch.steps() - 1;  // where the loss counts
    batch.targets(last, 0, 1) = kInf;
    batch.targets(0, 0, 0) = kNan;  // where it does not
  });
  const Failing failing(task, small_ntm(task), 1);
  CHECK_THAT(failing.what, Matches("the batch's target at time \\d+ is not finite in 1 of \\d+ values"));
  CHECK(failing.diagnosis().place == Place::target);
}

TEST_CASE("a loss that overflows is named with its op", "[training]") {
  PoisonedTask task;
  task.at_steps(3, {4}, [](SequenceBatch& batch) { batch.targets.fill(std::numeric_limits<Real>::max()); });
  const Failing failing(task, small_ntm(task), 4);
  CHECK(failing.what == "the loss, made by bits_loss, is not finite in 1 of 1 value");
  CHECK(failing.diagnosis().place == Place::forward);
  REQUIRE(failing.diagnosis().inputs.size() == 1);
  CHECK(failing.diagnosis().inputs[0].name == "logits");
  CHECK(failing.diagnosis().inputs[0].range.finite());
}

TEST_CASE("a gradient that is not a number is named with the op whose backward made it", "[training]") {
  PoisonedTask task;
  task.at_steps(3, {12}, [](SequenceBatch& batch) { batch.inputs(0, 5, 0) = kStumblingBlock; });
  const Failing failing(task, std::make_unique<StumblingModel>(shape_of(task)), 12);
  CHECK_THAT(failing.what, Matches("the gradient of value \\d+, made by the backward of stumble, is not "
                                   "finite in (\\d+) of \\1 values"));
  const Diagnosis& diagnosis = failing.diagnosis();
  CHECK(diagnosis.place == Place::backward);
  CHECK(diagnosis.shard == 0);  // examples 0 to 7
  // It read its argument, and the gradient of its result.
  REQUIRE(diagnosis.inputs.size() == 2);
  CHECK(diagnosis.inputs[0].op == "linear");
  CHECK(diagnosis.inputs[1].gradient);
  CHECK(diagnosis.inputs[1].range.finite());
  CHECK(diagnosis.chain.back().title() == "the gradient of weight");
}

TEST_CASE("of several shards that fail, the one where it comes first is told", "[training]") {
  const auto shard_of = [](const PoisonedTask::Poison& poison) {
    PoisonedTask task;
    task.at_steps(3, {2}, poison);
    return Failing(task, std::make_unique<StumblingModel>(shape_of(task)), 2).diagnosis().shard;
  };
  const auto both = [](SequenceBatch& batch) {
    for (const std::size_t example : {5U, 12U}) batch.inputs(0, example, 0) = kStumblingBlock;
  };
  CHECK(shard_of(both) == 0);
  CHECK(shard_of([&](SequenceBatch& batch) {  // an input comes before any gradient
          both(batch);
          batch.inputs(1, 12, 0) = kNan;
        }) == 1);
}

TEST_CASE("gradients that are finite in each shard and not in their sum are named", "[training]") {
  PoisonedTask task;
  task.at_steps(3, {2}, [](SequenceBatch& batch) {
    batch.inputs.fill(0);
    for (const std::size_t example : {0U, 8U}) batch.inputs(0, example, 0) = kStumblingBlock;  // both shards
  });
  const Real spoiled = std::numeric_limits<Real>::max() * Real(0.75);
  const Failing failing(task, std::make_unique<StumblingModel>(shape_of(task), spoiled), 2);
  CHECK(failing.what == "the sum over the shards of the gradient of weight is not finite in 4 of 28 values");
  CHECK(failing.diagnosis().place == Place::sum);
}

TEST_CASE("a parameter that is not finite is named with the update that left it so", "[training]") {
  const PoisonedTask task;
  for (const Real bad : {kNan, -kInf}) {
    WatchedRun run(task, small_ntm(task), poisoned_options("stop", "sgd"));
    run.after_step = [&](std::uint64_t step) {
      if (step == 6) values_of(*run.model, "memory/heads/weight")[7] = bad;
    };
    run.run();
    CHECK_THAT(run.error(),
               Matches("diverged at step 7 with seed 3: parameter memory/heads/weight, left so by the sgd "
                       "update of step 6, is not finite in 1 of \\d+ values"));
    CHECK(run.checkpoints.empty());
  }
}

TEST_CASE("parameters that are not finite are not evaluated, though the loss would be", "[training]") {
  // Its second parameter takes no part.
  struct Spare final : public Model {
    explicit Spare(const TaskShape& task) : Model(task), inner(task) {
      parameters().add("weight", {task.input_size + 1, task.target_size}, initial::glorot(true));
      parameters().add("spare", {3}, initial::constant(1));
      parameters().complete(1);
    }
    Prediction predict(Tape& tape, const Batch& batch, Steps which, Recorder* recorder) const override {
      return inner.predict(tape, batch, which, recorder);
    }
    StumblingModel inner;
  };
  const PoisonedTask task;
  WatchedRun run(task, std::make_unique<Spare>(shape_of(task)), poisoned_options());
  run.after_step = [&](std::uint64_t step) {
    if (step == 10) values_of(*run.model, "spare")[1] = kNan;
  };
  run.run();
  CHECK_THAT(run.error(), StartsWith("diverged at step 10 with seed 3: parameter spare, left so by the adam "
                                     "update of step 10, is not finite in 1 of 3 values"));
  CHECK(run.evaluations.empty());
  CHECK(run.checkpoints.empty());
}

TEST_CASE("a tensor of the memory is named as in traces, with its time step", "[training]") {
  const PoisonedTask task;
  WatchedRun run(task, small_ntm(task), poisoned_options());
  run.run_until(5);
  // The controller is bounded, so the heads' raw parameters overflow where the sum of 20 products does.
  std::ranges::fill(values_of(*run.model, "memory/heads/weight"), std::numeric_limits<Real>::max());
  std::ranges::fill(values_of(*run.model, "controller/layer_1/weight"), Real(1));
  run.run();
  CHECK_THAT(run.error(), Matches("diverged at step 6 with seed 3: .* at time 0, made by .*"));
  bool named = false;
  for (const TensorState& state : run.diagnoses.front().chain) {
    named = named || (state.name == "read_weights" && state.time == 0 && state.op == "address");
  }
  CHECK(named);
}

TEST_CASE("a failure that does not happen again is said to be the machine's", "[training]") {
  // Not pure: the first two draws of a step are not the same.
  struct Flickering final : public Model {
    explicit Flickering(const TaskShape& task) : Model(task), inner(task) {
      weight = parameters().add("weight", {task.input_size + 1, task.target_size}, initial::glorot(true));
      parameters().complete(1);
    }
    Prediction predict(Tape& tape, const Batch& batch, Steps which, Recorder* recorder) const override {
      const Prediction prediction = inner.predict(tape, batch, which, recorder);
      if (++calls == 3) tape.mutable_data(prediction.logits)[0] = kNan;
      return prediction;
    }
    StumblingModel inner;
    Var weight;
    mutable int calls = 0;
  };
  const PoisonedTask task;
  TrainingOptions options = poisoned_options();
  options.shards = 1;
  WatchedRun run(task, std::make_unique<Flickering>(shape_of(task)), options);
  run.run();
  CHECK(run.error() ==
        "diverged at step 3 with seed 3: the loss is nan, but finite when computed again: suspect this "
        "machine's "
        "memory or processor");
  CHECK(run.diagnoses.front().place == Place::nowhere);
}

TEST_CASE("an evaluation that is not finite stops the run, and is neither told nor best", "[training]") {
  PoisonedTask task;
  task.in_evaluation(1, [](SequenceBatch& batch) { batch.inputs(1, 0, 0) = kNan; });
  for (const char* const on_nan : {"stop", "skip"}) {
    WatchedRun run(task, small_ntm(task), poisoned_options(on_nan));
    run.run();
    CHECK_THAT(run.error(),
               StartsWith("diverged at step 10 with seed 3: in the evaluation the batch's input at "
                          "time 1 is not finite in 1 of "));
    CHECK(run.evaluations.empty());
    CHECK(run.checkpoints.empty());
    CHECK(run.trainer.progress().evaluations == 0);
    CHECK(run.diagnoses.front().evaluation);
  }
}
