#include "experiments/run_settings.hpp"

#include <algorithm>
#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

// Settings from the text of a file and from the command line.
std::unique_ptr<RunSettings> make(const std::string& file, const std::vector<Assignment>& command_line = {}) {
  std::istringstream in(file);
  return std::make_unique<RunSettings>("mine", read_settings(in, "x.ini"), command_line);
}

constexpr const char* kCopy = "[task]\nname = copy\n[model]\nname = ntm\n[training]\nsteps = 10\n";

}  // namespace

TEST_CASE("the command line wins over the file, and the file over the defaults") {
  const auto settings = make(kCopy, {{"training.steps", "20", ""}, {"seed", "5", ""}});
  CHECK(settings->training().steps == 20);
  CHECK(settings->training().batch == 1);
  CHECK(settings->seed() == 5);
}

TEST_CASE("the model decides which settings there are, wherever it is named") {
  CHECK(make(kCopy)->settings().find("memory.slots") != nullptr);
  const auto lstm = make("[model]\nunits = 8\n", {{"model.name", "lstm", ""}});
  CHECK(lstm->settings().find("memory.slots") == nullptr);
  CHECK(lstm->settings().find("model.units") != nullptr);
}

TEST_CASE("a setting of another model is refused and says whose it is") {
  CHECK_THROWS_WITH(make("[model]\nname = lstm\n[memory]\nslots = 3\n"),
                    Catch::Matchers::StartsWith(
                        "x.ini:4: setting 'memory.slots' is one of model 'ntm'; model 'lstm' has none"));
}

TEST_CASE("another model on the command line drops the settings of the file's own") {
  const std::string file =
      "[task]\nname = copy\nbits = 4\n[model]\nname = ntm\n[memory]\nslots = 3\n[training]\nbatch = 5\n";
  const auto lstm = make(file, {{"model.name", "lstm", ""}, {"model.units", "9", ""}});
  CHECK(lstm->settings().find("memory.slots") == nullptr);
  CHECK(lstm->training().batch == 5);
  CHECK(lstm->make_task()->target_size() == 4);
  CHECK_THROWS_AS(make(file + "[other]\nkey = 1\n", {{"model.name", "lstm", ""}}), UsageError);
  CHECK_THROWS_AS(make(file, {{"model.name", "lstm", ""}, {"memory.slots", "3", ""}}), UsageError);
}

TEST_CASE("an unknown setting is refused with the nearest one, in a file with its line") {
  CHECK_THROWS_WITH(make(kCopy, {{"training.learning_rat", "1", ""}}),
                    "unknown setting 'training.learning_rat'; did you mean 'training.learning_rate'?");
  CHECK_THROWS_WITH(make("[training]\nstep = 1\n"),
                    "x.ini:2: unknown setting 'training.step'; did you mean 'training.steps'?");
}

TEST_CASE("an unknown model is refused with those that there are") {
  CHECK_THROWS_WITH(make("[model]\nname = ntn\n"),
                    Catch::Matchers::StartsWith("x.ini:2: setting 'model.name': expected one of ntm, memn2n, "
                                                "kv_memn2n, memnn, entnet, bag_of_words, lstm"));
}

TEST_CASE("another optimizer on the command line starts from its own hyper-parameters") {
  const std::string file = "[training]\noptimizer = rmsprop\nlearning_rate = 3e-4\nmomentum = 0.8\n";
  const auto adam = make(file, {{"training.optimizer", "adam", ""}});
  CHECK(adam->training().optimizer.optimizer == "adam");
  CHECK(adam->training().optimizer.learning_rate == 3e-4);
  CHECK(adam->training().optimizer.beta2 == 0.999);
  const auto same = make(file, {{"training.optimizer", "rmsprop", ""}});
  CHECK(same->training().optimizer.momentum == 0.8);
}

TEST_CASE("a name that leads out of the directory of runs is refused") {
  CHECK_THROWS_AS(make("preset = ../../x\n"), UsageError);
}

TEST_CASE(
    "a setting that the chosen controller, start or schedule does not use is refused where it was given") {
  CHECK_THROWS_WITH(make("[model]\ncontroller = feedforward\nforget_bias = 2\n"),
                    "x.ini:3: setting 'model.forget_bias' has no effect with model.controller = feedforward");
  CHECK_THROWS_WITH(make(kCopy, {{"model.controller", "feedforward", ""}, {"model.cell_clip", "3", ""}}),
                    "setting 'model.cell_clip' has no effect with model.controller = feedforward");
  CHECK_THROWS_WITH(make(kCopy, {{"memory.initial_value", "1", ""}}),
                    "setting 'memory.initial_value' has no effect with memory.initial = learned");
  CHECK_THROWS_WITH(
      make("[training]\ndecay_steps = 9\n"),
      "x.ini:2: setting 'training.decay_steps' has no effect with training.schedule = constant");
  CHECK_NOTHROW(
      make("[model]\nforget_bias = 2\ncontroller = lstm\n[memory]\ninitial = constant\ninitial_value = 1\n"));
}

TEST_CASE("another controller on the command line silences what the file says for its own") {
  const std::string file = "[model]\ncontroller = lstm\nforget_bias = 2\n";
  const auto settings = make(file, {{"model.controller", "feedforward", ""}});
  CHECK(settings->text().find("forget_bias") == std::string::npos);
  CHECK_NOTHROW(make(settings->text()));
}

TEST_CASE("the file of a run may hold settings that mean nothing") {
  const std::string stored = "[model]\ncontroller = feedforward\nforget_bias = 2\n";
  CHECK(stored_settings(stored, "settings.ini", {})->text().find("forget_bias") == std::string::npos);
}

TEST_CASE("what a setting of the catalogues needs is a choice beside it") {
  const auto check = [](const Settings& settings) {
    for (const Settings::Entry& entry : settings.entries()) {
      const Needs& needs = entry.setting.needs;
      if (needs.name.empty()) continue;
      INFO(entry.key);
      CHECK_NOTHROW(settings.means_something(entry));
      const Settings::Entry* const decisive = settings.find(entry.section + "." + std::string(needs.name));
      REQUIRE(decisive != nullptr);
      for (const std::string_view value : needs.values) {
        CHECK(std::ranges::count(decisive->setting.choices, value) == 1);
      }
    }
  };
  for (const ModelEntry& entry : model_catalogue()) check(default_settings(entry).settings);
  for (const TaskEntry& entry : task_catalogue()) check(default_settings(entry).settings);
  TrainingOptions training;
  Settings settings;
  settings.bind("training", training);
  check(settings);
}
