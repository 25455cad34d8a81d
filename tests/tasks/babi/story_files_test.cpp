#include "tasks/babi/story_files.hpp"

#include <cstdlib>
#include <fstream>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tapehead;
namespace fs = std::filesystem;
using Numbers = std::vector<std::size_t>;

namespace {

// A directory with empty files.
class Folder {
 public:
  explicit Folder(const std::vector<std::string>& names) {
    for (const std::string& name : names) std::ofstream(path / name);
  }

  const testing::TemporaryDirectory path;
};

}  // namespace

TEST_CASE("the files of a task are found by its number", "[babi]") {
  const Folder folder({"qa1_single-supporting-fact_train.txt", "qa1_single-supporting-fact_test.txt",
                       "qa12_conjunction_train.txt", "qa12_conjunction_test.txt", "qa2_train.txt",
                       "qa2_valid.txt", "qa2_test.txt", "readme.txt", "qa3_twice_train.txt", "qa3_train.txt",
                       "qa3_test.txt", "qa4_train.txt"});
  const TaskFiles one = task_files({folder.path}, 1);
  CHECK(one.train.filename() == "qa1_single-supporting-fact_train.txt");
  CHECK(one.test.filename() == "qa1_single-supporting-fact_test.txt");
  CHECK_FALSE(one.validation);
  CHECK(task_files({folder.path}, 2).validation->filename() == "qa2_valid.txt");
  CHECK(task_files({folder.path}, 12).train.filename() == "qa12_conjunction_train.txt");
  CHECK_THROWS_WITH(task_files({folder.path}, 3), Catch::Contains("expected one"));
  CHECK_THROWS_WITH(task_files({folder.path}, 4),
                    Catch::Contains("expected qa4_NAME_test.txt: there is none"));
  CHECK_THROWS_AS(task_files({folder.path}, 5), UnavailableError);
}

TEST_CASE("where there is no directory of stories, it is said where to get one", "[babi]") {
  const char* const before = std::getenv("TAPEHEAD_BABI");
  const std::string kept = before != nullptr ? before : "";
  const Folder folder({});
  const fs::path& there = folder.path;
  unsetenv("TAPEHEAD_BABI");
  CHECK_THROWS_WITH(story_directories(""), Catch::Contains("--task.data=DIR or in TAPEHEAD_BABI") &&
                                               Catch::Contains("./tapehead generate babi"));
  CHECK(story_directories(there) == std::vector{there});
  setenv("TAPEHEAD_BABI", there.c_str(), 1);
  CHECK(story_directories("") == std::vector{there});
  CHECK_THROWS_WITH(story_directories("/nowhere"),
                    Catch::StartsWith("task.data: /nowhere is not a directory"));
  setenv("TAPEHEAD_BABI", "/nowhere", 1);
  CHECK_THROWS_AS(story_directories(""), UnavailableError);
  if (before != nullptr) {
    setenv("TAPEHEAD_BABI", kept.c_str(), 1);
  } else {
    unsetenv("TAPEHEAD_BABI");
  }
}

TEST_CASE("what one directory of stories lacks is in the next", "[babi]") {
  const Folder first({"qa1_train.txt", "qa1_test.txt", "qa3_test.txt"});
  const Folder second(
      {"qa1_train.txt", "qa1_valid.txt", "qa1_test.txt", "qa3_train.txt", "qa3_valid.txt", "qa3_test.txt"});
  const fs::path &one = first.path, &two = second.path;
  const auto both = story_directories(one.string() + ":" + two.string());
  REQUIRE(both == std::vector{one, two});
  CHECK(task_files(both, 1).train == one / "qa1_train.txt");
  CHECK_FALSE(task_files(both, 1).validation);  // the second one's belongs to other training questions
  CHECK(task_files(both, 3).train == two / "qa3_train.txt");
  CHECK(task_files(both, 3).validation == two / "qa3_valid.txt");
  CHECK(task_files(both, 3).test == one / "qa3_test.txt");
  CHECK_THROWS_WITH(task_files(both, 2), Catch::StartsWith(one.string() + ":" + two.string() + ": expected"));
  CHECK_THROWS_WITH(story_directories(one.string() + ":/nowhere"), Catch::Contains("/nowhere is not a"));
  const fs::path colon = one / "a:b";
  fs::create_directory(colon);
  CHECK(story_directories(colon) == std::vector{colon});
}

TEST_CASE("tasks are chosen by lists of numbers", "[babi]") {
  CHECK(parse_task_numbers("7", "task.tasks") == Numbers{7});
  CHECK(parse_task_numbers("19,2,2", "task.tasks") == Numbers{2, 19});
  CHECK(parse_task_numbers("1..3,20", "task.tasks") == Numbers{1, 2, 3, 20});
  CHECK(parse_task_numbers("all", "task.tasks").size() == 20);
  for (const std::string wrong : {"", "0", "21", "a", "1,", "3..1", "1-3", " 1", "1..", "+1"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(parse_task_numbers(wrong, "task.tasks"),
                      Catch::StartsWith("task.tasks: expected numbers"));
  }
}
