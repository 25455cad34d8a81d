#include "experiments/run_settings.hpp"

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
                    Catch::Matchers::StartsWith("x.ini:2: setting 'model.name': expected one of ntm, lstm"));
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
