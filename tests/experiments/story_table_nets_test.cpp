#include "experiments/story_table_nets.hpp"

#include <cmath>

#include "experiments/evaluation.hpp"
#include "experiments/presets.hpp"
#include "experiments/run_training.hpp"
#include "experiments/trained_net.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tapehead;

namespace {

// Trains a variant's preset on few generated questions, and takes the line of its only task.
RestartRecord trained(const StoryVariant& variant, const std::filesystem::path& directory,
                      std::vector<Assignment> settings) {
  settings.insert(settings.end(), {{"task.data", "generated", ""}, {"task.questions", "100", ""}});
  start_training(*preset_settings(variant.preset, settings), directory.string(), 1);
  const WantedNet net{
      .variant = &variant, .tasks = {1}, .seed = 1, .settings = {}, .hash = "", .stories = ""};
  return records_of(net, directory, false).front();
}

double test_error(const std::filesystem::path& directory, const std::string& checkpoint, std::int64_t& step) {
  Arguments named;
  named.positional = {directory.string()};
  named.options["checkpoint"] = checkpoint;
  TrainedNet net = load_net(named);
  step = net.step;
  return 100 * evaluate_variations(net, {Variation{}}, 1, 1).front().wrong;
}

}  // namespace

TEST_CASE("a net is taken as it was at its end, or at its lowest validation loss", "[babi]") {
  const testing::TemporaryDirectory place;
  // At this rate an LSTM soon knows the training questions by heart.
  const std::vector<Assignment> settings = {{"model.units", "10", ""},
                                            {"training.steps", "60", ""},
                                            {"training.learning_rate", "0.05", ""},
                                            {"training.evaluate_every", "3", ""}};
  for (const bool best : {false, true}) {
    const StoryVariant variant{.name = "lstm",
                               .label = "",
                               .preset = "memn2n2015/lstm",
                               .published = "",
                               .tolerance = 0,
                               .best = best};
    const std::filesystem::path directory = place / (best ? "best" : "last");
    const RestartRecord record = trained(variant, directory, settings);
    std::int64_t last = 0, lowest = 0;
    const double at_end = test_error(directory, "last", last),
                 at_lowest = test_error(directory, "best", lowest);
    REQUIRE(last == 60);
    REQUIRE(lowest < 60);
    REQUIRE(at_lowest != at_end);
    CHECK(record.test_error == (best ? at_lowest : at_end));
    CHECK(record.questions == 100);
    CHECK(std::isfinite(record.validation_error));
  }
}

TEST_CASE("a net that is trained on all questions has no validation error", "[babi]") {
  const testing::TemporaryDirectory place;
  const StoryVariant variant{
      .name = "am", .label = "", .preset = "weston2015/am", .published = "", .tolerance = 0};
  const RestartRecord record =
      trained(variant, place / "run",
              {{"task.validation", "0", ""}, {"training.steps", "31", ""}, {"model.width", "10", ""}});
  CHECK(std::isnan(record.validation_error));
  CHECK(std::isfinite(record.training_error));
  CHECK(record.questions == 100);
}
