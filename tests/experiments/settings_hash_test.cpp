#include "experiments/settings_hash.hpp"

#include <sstream>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr const char* kFile =
    "[task]\nname = copy\nmax_length = 10\n[model]\nname = ntm\n[training]\n"
    "optimizer = rmsprop\nlearning_rate = 3e-4\nsequences = 500\n";

std::string hash_of(const std::string& text, std::vector<Assignment> changes = {},
                    const std::string& name = "test") {
  std::istringstream in(text);
  return settings_hash(RunSettings(name, read_settings(in, "test.ini"), changes));
}

}  // namespace

TEST_CASE("the hash of settings is that of their sorted lines") {
  std::istringstream in(kFile);
  const RunSettings settings("test", read_settings(in, "test.ini"), {});
  CHECK(hashed_settings(settings) ==
        "model.name=ntm\ntask.max_length=10\ntask.name=copy\ntraining.learning_rate=3e-4\n"
        "training.optimizer=rmsprop\ntraining.sequences=500\n");
  // printf '…' | sha256sum | head -c 16
  CHECK(settings_hash(settings) == "f3a920c72e85b5f0");
}

TEST_CASE("the hash does not depend on how a settings file is written") {
  const std::string reordered =
      "# A title\n[training]\nsequences = 500\nlearning_rate = 0.0003  # why\noptimizer = rmsprop\n"
      "[model]\nname = ntm\n[task]\nmax_length = 10\nname = copy\n";
  CHECK(hash_of(reordered) == hash_of(kFile));
  CHECK(hash_of(std::string(kFile) + "batch = 1\n") == hash_of(kFile));  // the default
  CHECK(hash_of(kFile, {}, "another-name") == hash_of(kFile));
}

TEST_CASE("settings that change no number leave the hash as it is") {
  for (const Assignment& change :
       {Assignment{"seed", "7", ""}, Assignment{"training.log_every", "7", ""},
        Assignment{"training.checkpoint_every", "7", ""}, Assignment{"training.threshold", "7", ""}}) {
    INFO(change.key);
    CHECK(hash_of(kFile, {change}) == hash_of(kFile));
  }
}

TEST_CASE("settings that change numbers change the hash") {
  for (const Assignment& change :
       {Assignment{"training.learning_rate", "1e-4", ""}, Assignment{"training.optimizer", "adam", ""},
        Assignment{"training.sequences", "501", ""}, Assignment{"training.evaluate_every", "10", ""},
        Assignment{"memory.slots", "64", ""}, Assignment{"task.max_length", "20", ""},
        Assignment{"model.controller", "feedforward", ""}}) {
    INFO(change.key);
    CHECK(hash_of(kFile, {change}) != hash_of(kFile));
  }
}

TEST_CASE("a run's own settings file has the hash of the preset it came from") {
  const auto preset = preset_settings("ntm2014/copy-ntm-lstm", {});
  const auto stored = stored_settings(preset->text(), "settings.ini", {});
  CHECK(settings_hash(*stored) == settings_hash(*preset));
}
