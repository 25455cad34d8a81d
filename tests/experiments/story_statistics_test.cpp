#include "experiments/story_statistics.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "framework/tensor/error.hpp"
#include "tasks/babi/generator.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tapehead;

namespace {

// Statements of 3, 2 and 2 words; questions after 1, 2, 2 and 1 of them.
const char* const kText =
    "1 Mary went home.\n"
    "2 Where is Mary?\thome\t1\n"
    "3 John left.\n"
    "4 Who left?\tjohn\t3\n"
    "5 Who went home?\tmary\t1 3\n"
    "1 Mary slept.\n"
    "2 Who slept?\tmary\t1\n";

}  // namespace

TEST_CASE("the statistics of stories are what is counted by hand", "[babi]") {
  const std::vector<Story> stories = parse_stories(kText, "stories.txt"), none;
  const StoryStatistics found = statistics_of({&stories, &none});
  CHECK(found.questions == 4);
  CHECK(found.sentences == 1.5);
  CHECK(found.sentences_spread.lower_quartile == 1);
  CHECK(found.sentences_spread.median == 1.5);
  CHECK(found.sentences_spread.upper_quartile == 2);
  CHECK(found.words == Approx(7.0 / 3));
  CHECK(found.vocabulary == 9);  // mary went home where is john left who slept
  CHECK(found.answers == 3);
  CHECK(found.most_frequent == 0.5);
  CHECK(found.facts == 1.25);
  CHECK_THROWS_AS(statistics_of({&none}), std::invalid_argument);
}

TEST_CASE("generated stories are held against those of files", "[babi]") {
  const testing::TemporaryDirectory folder;
  for (const char* const name : {"qa1_own_train.txt", "qa1_own_test.txt"})
    std::ofstream(folder / name) << kText;
  const std::vector<ComparedTask> tasks = compare_stories({1}, 30, 20, 1, {folder});
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].generated.questions == 50);
  CHECK(tasks[0].generated.facts == 1);
  CHECK(tasks[0].other.questions == 8);
  CHECK(tasks[0].other.sentences == 1.5);
  CHECK(tasks[0].only_other == 4);  // home left who slept
  const RandomStream stream(1, "stories");
  const std::vector<Story> train = generate_stories(1, 30, stream.child("train")),
                           test = generate_stories(1, 20, stream.child("test"));
  CHECK(tasks[0].generated.sentences == statistics_of({&train, &test}).sentences);
  CHECK_THROWS_AS(compare_stories({2}, 30, 20, 1, {folder}), UnavailableError);

  std::ostringstream table;
  write_comparison(table, tasks, "own");
  CHECK_THAT(table.str(), Catch::Matchers::Contains("1  generated         50"));
  CHECK_THAT(
      table.str(),
      Catch::Matchers::Contains(
          "own                8        1.5    1–1.5–2              2.33           9                4"));
  const CsvTable cells = comparison_cells(tasks, "own");
  REQUIRE(cells.rows.size() == 2);
  CHECK(cells.cell(cells.rows[1], "stories") == "own");
  CHECK(cells.number(cells.rows[1], "most_frequent_answer") == 0.5);
  CHECK(cells.number(cells.rows[1], "words_only_here") == 4);
}
