#include "experiments/presets.hpp"

#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("every preset that ships names its source, makes a model and a task, and writes out to itself") {
  const std::vector<Preset> presets = list_presets(presets_directory());
  REQUIRE(presets.size() >= 4);
  for (const Preset& preset : presets) {
    INFO(preset.name);
    CHECK(valid_preset_name(preset.name));
    const auto settings = preset_settings(preset.name, {});
    CHECK(settings->title() != preset.name);
    // Stories that a preset leaves to the user are of our own here.
    const bool stories = settings->settings().find("task.data") != nullptr;
    const std::vector<Assignment> own = {{"task.data", "generated", ""}};
    const auto trained = preset_settings(preset.name, stories ? own : std::vector<Assignment>{});
    const auto task = trained->make_task();
    CHECK(trained->make_model(*task)->parameters().count() > 0);
    const auto again = stored_settings(settings->text(), "settings.ini", {});
    CHECK(again->text() == settings->text());
    CHECK(again->preset() == preset.name);
  }
}

TEST_CASE("a preset that is not there is refused with the near names") {
  CHECK_THROWS_WITH(find_preset(presets_directory(), "ntm2014/copy-ntm-lsmt"),
                    Catch::Matchers::StartsWith(
                        "there is no preset 'ntm2014/copy-ntm-lsmt'; did you mean 'ntm2014/copy-ntm-lstm'"));
  CHECK_THROWS_WITH(
      find_preset(presets_directory(), "copy-lstm"),
      Catch::Matchers::StartsWith("there is no preset 'copy-lstm'; did you mean 'ntm2014/copy-lstm'"));
  CHECK_THROWS_WITH(find_preset(presets_directory(), "wholly-unlike-anything"),
                    "there is no preset 'wholly-unlike-anything'; './tapehead list presets' names them all");
}

TEST_CASE("a name that ends in .ini is a file, and names its runs") {
  CHECK(find_preset(presets_directory(), "my/own.ini").path == "my/own.ini");
  CHECK(find_preset(presets_directory(), "my/own file.ini").name == "own-file");
}

TEST_CASE("a preset's name cannot lead out of the directory of runs") {
  for (const char* name : {"", "/etc", "../x", "a/../b", "a//b", "a/", ".hidden", "a b", "a#b", "a\nb"}) {
    INFO(name);
    CHECK_FALSE(valid_preset_name(name));
  }
  CHECK(valid_preset_name("ntm2014/copy-ntm_lstm.v2"));
}
