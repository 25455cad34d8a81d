// A memory from outside the framework, put into a catalogue line and trained by the unchanged trainer.
#include "tests/support/stranger_memory.hpp"

#include "framework/models/model_builders.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/copy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_by_name.hpp"

using namespace tapehead;

namespace {

constexpr ModelEntry kEntry = memory<ContentMemory>("content", "a memory that finds slots by content alone");

}  // namespace

TEST_CASE("a stranger's memory is one line of the catalogue, and its settings have names", "[models]") {
  const auto builder = kEntry.configure();
  testing::SettingsByName names;
  builder->visit_memory(names);
  CHECK(names.names() == std::vector<std::string>{"slots", "width"});
}

TEST_CASE("a stranger's memory learns copy with the unchanged trainer", "[models]") {
  const Copy task({.min_length = 1, .max_length = 4, .bits = 4});
  const auto builder = kEntry.configure();
  testing::SettingsByName size;
  size.set("controller_size", "32");
  builder->visit_model(size);
  const auto model = builder->build(shape_of(task), 1);

  TrainingOptions options;
  options.steps = 600;
  options.batch = 16;
  options.optimizer.optimizer = "adam";
  options.optimizer.learning_rate = 5e-3;
  options.evaluate_every = 10000;
  options.evaluation_sequences = 200;
  Trainer trainer(*model, task, options, 1, 1);
  Evaluator evaluator(task, 200);
  Workers workers(1);
  const double before = evaluator.evaluate(*model, workers).mean_loss();
  trainer.run({}, [] { return false; });
  const double after = trainer.progress().last_loss;
  CHECK(before > 0.9 * task.chance());  // 10 bits
  CHECK(after < 0.5 * task.chance());
}
