#include "tasks/task_catalogue.hpp"

#include <set>
#include <string>
#include <vector>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

// Sets one number by name and remembers all names.
class SetNumber final : public SettingVisitor {
 public:
  SetNumber(std::string name, std::size_t value) : name_(std::move(name)), value_(value) {}
  void operator()(const Setting& setting, bool&) override { seen.emplace_back(setting.name); }
  void operator()(const Setting& setting, double&) override { seen.emplace_back(setting.name); }
  void operator()(const Setting& setting, std::string&) override { seen.emplace_back(setting.name); }
  void operator()(const Setting& setting, std::size_t& field) override {
    seen.emplace_back(setting.name);
    if (setting.name == name_) field = value_;
  }
  std::vector<std::string> seen;

 private:
  std::string name_;
  std::size_t value_;
};

}  // namespace

TEST_CASE("every task of the catalogue is built at its defaults under its own name", "[catalogue]") {
  std::set<std::string_view> names;
  for (const TaskEntry& entry : task_catalogue()) {
    const auto task = entry.configure()->build();
    CHECK(task->name() == entry.name);
    CHECK(find_task(entry.name) == &entry);
    CHECK(names.insert(entry.name).second);
    CHECK_FALSE(entry.summary.empty());
    CHECK_FALSE(task->picture().empty());
  }
}

TEST_CASE("a batch of every task has the sizes the task declares", "[catalogue]") {
  for (const TaskEntry& entry : task_catalogue()) {
    const auto task = entry.configure()->build();
    Batch batch;
    task->sample(RandomStream(1, "train"), 3, batch);
    CHECK(batch_size(batch) == 3);
    if (const auto* sequences = std::get_if<SequenceBatch>(&batch)) {
      CHECK(sequences->inputs.shape()[2] == task->input_size());
      CHECK(sequences->targets.shape()[2] == task->target_size());
    }
  }
}

TEST_CASE("a task's options are named and set before it is built", "[catalogue]") {
  const auto builder = find_task("copy")->configure();
  SetNumber set("bits", 5);
  builder->visit(set);
  CHECK(set.seen == std::vector<std::string>{"min_length", "max_length", "bits"});
  CHECK(builder->build()->input_size() == 7);
}

TEST_CASE("options that make no task are refused when it is built", "[catalogue]") {
  const auto builder = find_task("copy")->configure();
  SetNumber set("min_length", 21);
  builder->visit(set);
  CHECK_THROWS_AS(builder->build(), UsageError);
}

TEST_CASE("a task that is not in the catalogue is not found", "[catalogue]") {
  CHECK(find_task("cop") == nullptr);
  CHECK(find_task("") == nullptr);
}
