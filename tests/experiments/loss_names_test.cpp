#include "experiments/loss_names.hpp"

#include "experiments/presets.hpp"
#include "experiments/run_settings.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a loss is in bits, in nats or a plain number, as task and model are") {
  const auto unit = [](const char* preset, const std::vector<Assignment>& changes) {
    const auto settings = preset_settings(preset, changes);
    return std::string(names_of(settings->loss(*settings->make_task())).unit);
  };
  const std::vector<Assignment> generated = {{"task.data", "generated", ""}};
  CHECK(unit("ntm2014/copy-ntm-lstm", {}) == "bit");
  CHECK(unit("memn2n2015/pe", generated) == "nat");
  CHECK(unit("memn2n2015/lstm", generated) == "nat");
  CHECK(unit("weston2015/am", generated) == "1");
}

TEST_CASE("a number is told with its unit, and a plain one without") {
  CHECK(with_unit("0.25", "bit") == "0.25 bit");
  CHECK(with_unit("0.25", "1") == "0.25");
}
