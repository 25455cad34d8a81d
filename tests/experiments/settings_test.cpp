#include "experiments/settings.hpp"

#include <stdexcept>

#include "framework/tensor/error.hpp"
#include "tests/experiments/stand_in_options.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

struct Bound {
  StandInOptions memory;
  Settings settings;
  Bound() { settings.bind("memory", memory); }
  void apply(std::vector<Assignment> assignments) { settings.apply(assignments); }
};

}  // namespace

TEST_CASE("assignments reach the fields of the bound struct") {
  Bound b;
  b.apply({{"memory.slots", "64", ""}, {"memory.momentum", "0.9", ""}, {"memory.shuffle", "true", ""}});
  b.apply({{"memory.slots", "32", ""}, {"memory.initial", "random", ""}});
  CHECK(b.memory.slots == 32);
  CHECK(b.memory.momentum == 0.9);
  CHECK(b.memory.shuffle);
  CHECK(b.memory.initial == "random");
}

TEST_CASE("an unknown setting is refused with the nearest known one") {
  Bound b;
  CHECK_THROWS_WITH(b.apply({{"memory.learning_rat", "1", ""}}),
                    "unknown setting 'memory.learning_rat'; did you mean 'memory.learning_rate'?");
  CHECK_THROWS_WITH(b.apply({{"slots", "1", ""}}), "unknown setting 'slots'; did you mean 'memory.slots'?");
  CHECK_THROWS_WITH(b.apply({{"q", "1", "run.ini:3"}}), "run.ini:3: unknown setting 'q'");
}

TEST_CASE("a setting's name is not to be abbreviated") {
  Bound b;
  CHECK_THROWS_AS(b.apply({{"memory.slot", "1", ""}}), UsageError);
}

TEST_CASE("a bad value in a file is reported with its file and line") {
  Bound b;
  CHECK_THROWS_WITH(b.apply({{"memory.slots", "0", "run.ini:7"}}),
                    "run.ini:7: setting 'memory.slots': expected a whole number from 1 to 4096, got '0'");
}

TEST_CASE("a setting given twice is refused") {
  Bound b;
  CHECK_THROWS_WITH(b.apply({{"memory.slots", "1", ""}, {"memory.slots", "2", ""}}),
                    "setting 'memory.slots' is given twice");
}

TEST_CASE("the section without a name gives keys without a dot") {
  StandInOptions options;
  Settings settings;
  settings.bind("", options);
  CHECK(settings.find("slots") != nullptr);
  CHECK(settings.find(".slots") == nullptr);
}

TEST_CASE("two settings of one name are the programmer's mistake") {
  StandInOptions options;
  Settings settings;
  settings.bind("memory", options);
  CHECK_THROWS_AS(settings.bind("memory", options), std::logic_error);
}

TEST_CASE("a setting that means nothing beside the others is told apart, and refused where it was given") {
  Bound b;
  const Settings::Entry& scale = *b.settings.find("memory.scale");
  CHECK(b.settings.counts(scale));
  const std::vector<Assignment> given = {{"memory.initial", "constant", ""},
                                         {"memory.scale", "2", "run.ini:7"}};
  b.apply(given);
  CHECK_FALSE(b.settings.means_something(scale));
  CHECK_FALSE(b.settings.counts(scale));
  CHECK_THROWS_WITH(b.settings.expect_meaning(given),
                    "run.ini:7: setting 'memory.scale' has no effect with memory.initial = constant");
  b.apply({{"memory.initial", "random", ""}});
  CHECK_NOTHROW(b.settings.expect_meaning(given));
}

TEST_CASE("a setting without a value does not count, though it means something") {
  Bound b;
  const Settings::Entry& momentum = *b.settings.find("memory.momentum");
  CHECK(b.settings.means_something(momentum));
  CHECK_FALSE(b.settings.counts(momentum));
}

TEST_CASE("a setting that needs one that is not there is the programmer's mistake") {
  double scale = 1;
  Settings settings;
  settings.bind("", [&](SettingVisitor& visitor) {
    visitor({.name = "scale", .help = "", .needs = {"initial", {"random"}}}, scale);
  });
  CHECK_THROWS_AS(settings.counts(*settings.find("scale")), std::logic_error);
}
