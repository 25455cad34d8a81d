#include "experiments/usable_checkpoint.hpp"

#include <limits>

#include "experiments/checkpoint_state.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/tensor/error.hpp"
#include "tests/experiments/small_net.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr Real kNaN = std::numeric_limits<Real>::quiet_NaN();

Checkpoint small_checkpoint(const std::vector<Assignment>& changes = {}) {
  TrainedNet net = small_net(changes);
  Trainer trainer(*net.model, *net.task, net.settings->training(), net.settings->seed(), 1);
  trainer.step();
  return capture(trainer, *net.settings, "run A", {});
}

void refuse(Checkpoint checkpoint, const std::string& reason) {
  CHECK_THROWS_AS(expect_usable({"x.h5", checkpoint}), DataError);
  CHECK_THROWS_WITH(expect_usable({"x.h5", checkpoint}),
                    Catch::StartsWith("x.h5") && Catch::Contains(reason));
}

// A run's directory with checkpoints, each with the run_id it names.
struct Directory {
  io_test::TemporaryDirectory path;

  Directory(const std::vector<std::pair<int, std::string>>& checkpoints) {
    std::filesystem::create_directory(path / "checkpoints");
    for (const auto& [step, id] : checkpoints) {
      Checkpoint checkpoint = small_checkpoint();
      checkpoint.step = step;
      checkpoint.run_id = id;
      write_checkpoint(checkpoint_path(path, step), checkpoint);
    }
  }

  void write_run_file(const std::string& id) const {
    RunDescription description;
    description.info.run_id = id;
    RunWriter::create(path, description).finish(RunStatus::interrupted);
  }

  // The step that a run would go on from; -1: none.
  std::int64_t chosen() {
    warnings.clear();
    const auto found = newest_good_checkpoint(path, BadCheckpoint::set_aside, warnings, usable_in(path));
    return found ? found->checkpoint.step : -1;
  }

  std::vector<std::string> warnings;
};

}  // namespace

TEST_CASE("a checkpoint that its own settings fit can be gone on from") {
  expect_usable({"x.h5", small_checkpoint()});
  expect_usable({"x.h5", small_checkpoint({{"training.optimizer", "adam", ""}})});
}

TEST_CASE("a checkpoint whose settings are of another model is refused") {
  Checkpoint checkpoint = small_checkpoint();
  const Checkpoint wider = small_checkpoint({{"memory.width", "5", ""}});
  checkpoint.settings = wider.settings;
  refuse(checkpoint, "differ in memory.width");
  checkpoint.config = wider.config;
  refuse(checkpoint, "has shape");
  checkpoint.settings = "[training]\nstep = 30\n";
  refuse(checkpoint, "its settings make no model");
  checkpoint.settings = "this is not a settings file";
  refuse(checkpoint, "its settings make no model");
}

TEST_CASE("a checkpoint with a parameter missing, too many, or of another shape is refused") {
  Checkpoint missing = small_checkpoint();
  const std::string path = missing.model.back().path;
  missing.model.pop_back();
  refuse(missing, "it has no " + path);
  Checkpoint more = small_checkpoint();
  more.model.push_back({"memory/another", {1}, {0}});
  refuse(more, "its settings make no parameter memory/another");
  Checkpoint other = small_checkpoint();
  other.model.front().shape.push_back(1);
  refuse(other, "has shape");
  Checkpoint stateless = small_checkpoint();
  stateless.optimizer.clear();
  refuse(stateless, "it has no ");
}

TEST_CASE("a checkpoint with something that is not a number is refused") {
  Checkpoint parameter = small_checkpoint();
  parameter.model.front().values.back() = kNaN;
  refuse(parameter, parameter.model.front().path + " has values that are not finite");
  parameter.model.front().values.back() = std::numeric_limits<Real>::infinity();
  refuse(parameter, "not finite");
  Checkpoint state = small_checkpoint();
  state.optimizer.front().values.front() = kNaN;
  refuse(state, state.optimizer.front().path + " has values that are not numbers");
}

TEST_CASE("a checkpoint without all counters is refused") {
  Checkpoint checkpoint = small_checkpoint();
  checkpoint.counters.erase(checkpoint.counters.begin());
  refuse(checkpoint, "counter 'window_loss'");
}

TEST_CASE("a whole checkpoint of another model gives way to an older one that fits") {
  Directory run({{10, "run A"}, {20, "run A"}});
  Checkpoint other = small_checkpoint();
  other.model.front().path += "_of_another_model";
  other.step = 20;
  write_checkpoint(checkpoint_path(run.path, 20), other);
  CHECK(run.chosen() == 10);
  REQUIRE(run.warnings.size() == 1);
  CHECK_THAT(run.warnings.front(),
             Catch::Contains("step-000000020.h5: it has no ") &&
                 Catch::EndsWith("set aside as " + checkpoint_path(run.path, 20).string() + ".bad"));
  CHECK(std::filesystem::exists(checkpoint_path(run.path, 20).string() + ".bad"));
}

TEST_CASE("a checkpoint that was copied in from another run is refused") {
  Directory run({{10, "run A"}, {20, "run B"}});
  run.write_run_file("run A");
  CHECK(run.chosen() == 10);
  CHECK_THAT(run.warnings.at(0), Catch::Contains("it is of the run run B, the others here are of run A"));
}

TEST_CASE("without run.h5 the checkpoints decide which run they are of") {
  CHECK(Directory({{10, "run A"}, {20, "run A"}, {30, "run B"}}).chosen() == 20);
  CHECK(Directory({{10, "run A"}, {20, "run A"}}).chosen() == 20);
  CHECK(Directory({{10, "run A"}}).chosen() == 10);
}

TEST_CASE("a run.h5 that names another run than all checkpoints does not make them useless") {
  Directory damaged({{10, "run A"}, {20, "run A"}});
  damaged.write_run_file("run \x01");
  CHECK(damaged.chosen() == 20);
  // Of one that says this and one that says that, run.h5 is not to be written over.
  Directory copied({{10, "run B"}});
  copied.write_run_file("run A");
  CHECK(copied.chosen() == -1);
  CHECK(std::filesystem::exists(checkpoint_path(copied.path, 10)));
}
