#include "experiments/variations.hpp"

#include "framework/tensor/error.hpp"
#include "tasks/copy.hpp"
#include "tasks/repeat_copy.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

std::vector<Variation> parsed(const std::vector<std::string>& arguments) {
  return parse_variations(parse_arguments(
      {.name = "evaluate", .usage = {"evaluate"}, .summary = "", .options = variation_options()}, arguments));
}

std::vector<std::string> names(const std::vector<Variation>& variations) {
  std::vector<std::string> all;
  for (const Variation& variation : variations) all.push_back(variation.name());
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("without a list the training distribution alone is wanted") {
  const auto variations = parsed({});
  REQUIRE(variations.size() == 1);
  CHECK(variations[0].trained());
  CHECK(variations[0].name() == "trained");
  CHECK(variations[0].text() == "as in training");
  CHECK(variations[0].of(Copy({})) == nullptr);
}

TEST_CASE("one list gives one variation a value, in the order given") {
  CHECK(names(parsed({"--task.length=10,3,20"})) == Names{"length_10", "length_3", "length_20"});
  CHECK(names(parsed({"--task.repeats=7"})) == Names{"repeats_7"});
}

TEST_CASE("two lists give every combination, the lengths changing slowest, whichever came first") {
  const Names expected = {"length_5_repeats_2", "length_5_repeats_3", "length_10_repeats_2",
                          "length_10_repeats_3"};
  CHECK(names(parsed({"--task.length=5,10", "--task.repeats=2,3"})) == expected);
  CHECK(names(parsed({"--task.repeats=2,3", "--task.length=5,10"})) == expected);
  CHECK(parsed({"--task.length=5", "--task.repeats=2"})[0].text() == "length 5, repeats 2");
}

TEST_CASE("a variation gives the task all its quantities") {
  const RepeatCopy task({});
  const auto varied = parsed({"--task.length=5", "--task.repeats=2"})[0].of(task);
  Batch batch;
  varied->sample(RandomStream(1, "train"), 1, batch);
  CHECK(std::get<SequenceBatch>(batch).steps() == 5 * 3 + 3);
  CHECK(std::get<SequenceBatch>(batch).inputs(6, 0, 7) == Approx(-3.5 / 2.8723).epsilon(1e-4));
}

TEST_CASE("a variation that the task does not have is refused by the setting's name") {
  CHECK_THROWS_AS(parsed({"--task.repeats=2"})[0].of(Copy({})), UsageError);
  CHECK_THROWS_WITH(parsed({"--task.repeats=2"})[0].of(Copy({})),
                    "task 'copy' has no repeats to choose (task.repeats)");
}

TEST_CASE("a list that is not one of positive numbers is refused by the option's name") {
  for (const char* const list : {"", "0", "3,", ",3", "3,,4", "x", "3;4", "-1", "1.5"}) {
    INFO(list);
    CHECK_THROWS_AS(parsed({std::string("--task.length=") + list}), UsageError);
    CHECK_THROWS_WITH(parsed({std::string("--task.repeats=") + list}), Catch::Contains("task.repeats"));
  }
}

TEST_CASE("lengths are one variation each") {
  const std::vector<std::size_t> values = {4, 2};
  CHECK(names(lengths(values)) == Names{"length_4", "length_2"});
}
