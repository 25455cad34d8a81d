#include "tasks/babi/babi.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tapehead;
namespace fs = std::filesystem;

namespace {

// A directory with the files of task 1, whose statements are numbered: question i is about the statement "s<i>".
class Folder {
 public:
  Folder(std::size_t train, std::size_t test, std::size_t validation) {
    write("qa1_numbers_train.txt", 0, train);
    write("qa1_numbers_test.txt", 1000, test);
    if (validation > 0) write("qa1_numbers_valid.txt", 2000, validation);
  }
  Babi task(double noise = 0, std::size_t statements = 50) const {
    Babi::Options options;
    options.data = static_cast<const fs::path&>(path);
    options.noise = noise;
    options.statements = statements;
    return Babi(options);
  }

  const testing::TemporaryDirectory path;

 private:
  void write(const std::string& name, std::size_t first, std::size_t count) const {
    std::ofstream file(path / name);
    for (std::size_t i = first; i < first + count; ++i)
      file << "1 said s" << i << ".\n2 q?\ts" << i << "\t1\n";
  }
};

std::set<std::string> answers(const Babi& task, const Batch& batch) {
  std::set<std::string> words;
  const auto& story = std::get<StoryBatch>(batch);
  for (std::size_t b = 0; b < story.size(); ++b) words.insert(task.vocabulary().word(story.answers(b)));
  return words;
}

std::set<std::string> answers(const Babi& task, Split split) {
  Batch batch;
  task.take(split, 0, task.size(split), batch);
  return answers(task, batch);
}

std::set<std::string> numbered(std::size_t first, std::size_t count) {
  std::set<std::string> words;
  for (std::size_t i = first; i < first + count; ++i) words.insert("s" + std::to_string(i));
  return words;
}

}  // namespace

TEST_CASE("the last questions of a task are its validation set", "[babi]") {
  const Folder folder(20, 5, 0);
  const Babi task = folder.task();
  CHECK(answers(task, Split::train) == numbered(0, 18));
  CHECK(answers(task, Split::validation) == numbered(18, 2));
  CHECK(answers(task, Split::test) == numbered(1000, 5));
  CHECK(task.input_size() == 27);  // 25 answers, "said" and "q"
}

TEST_CASE("with no share for validation all questions of a task, and of several, are trained on", "[babi]") {
  const Folder folder(20, 5, 0);
  Babi::Options options;
  options.data = static_cast<const fs::path&>(folder.path);
  options.validation = 0;
  const Babi task(options);
  CHECK(answers(task, Split::train) == numbered(0, 20));
  CHECK(task.size(Split::validation) == 0);
  options.data = "generated";
  options.tasks = "1,2";
  options.questions = 30;
  CHECK(Babi(options).size(Split::train) == 60);
  options.tasks = "1";
  options.validation = 0.01;  // less than half a question
  CHECK_THROWS_AS(Babi(options), UsageError);
}

TEST_CASE("a validation set that is there is used, and none is cut off the training questions", "[babi]") {
  const Folder folder(20, 5, 3);
  const Babi task = folder.task();
  CHECK(answers(task, Split::train) == numbered(0, 20));
  CHECK(answers(task, Split::validation) == numbered(2000, 3));
}

TEST_CASE("training questions are drawn from the training set, all of them sooner or later", "[babi]") {
  const Folder folder(20, 5, 0);
  const Babi task = folder.task();
  std::set<std::string> seen;
  for (std::uint64_t step = 0; step < 20; ++step) {
    Batch batch;
    task.sample(RandomStream(1, "train").step(step), 10, batch);
    seen.merge(answers(task, batch));
  }
  CHECK(seen == numbered(0, 18));
}

TEST_CASE("questions that are not there cannot be taken", "[babi]") {
  const Folder folder(20, 5, 0);
  const Babi task = folder.task();
  Batch batch;
  CHECK_NOTHROW(task.take(Split::test, 2, 3, batch));
  CHECK_THROWS_AS(task.take(Split::test, 3, 3, batch), std::out_of_range);
  CHECK_THROWS_AS(task.take(Split::test, 6, 0, batch), std::out_of_range);
}

TEST_CASE("empty statements among the others make them older, by random places", "[babi]") {
  Babi::Options options;
  options.tasks = "2";
  options.noise = 0.3;
  options.questions = 100;
  const Babi task(options);
  std::set<std::size_t> empties;
  for (std::uint64_t step = 0; step < 20; ++step) {
    Batch batch;
    task.sample(RandomStream(1, "train").step(step), 16, batch);
    const auto& story = std::get<StoryBatch>(batch);
    for (std::size_t b = 0; b < story.size(); ++b) {
      const auto n = static_cast<std::size_t>(story.story_lengths(b));
      const auto most =
          static_cast<StoryBatch::Id>(n + static_cast<std::size_t>(std::ceil(0.3 * static_cast<double>(n))));
      std::size_t gaps = static_cast<std::size_t>(story.sentence_ages(b, n - 1));
      for (std::size_t s = 0; s < n; ++s) {
        CHECK(story.sentence_ages(b, s) < most);
        if (s == 0) continue;
        REQUIRE(story.sentence_ages(b, s) < story.sentence_ages(b, s - 1));
        gaps += static_cast<std::size_t>(story.sentence_ages(b, s - 1) - story.sentence_ages(b, s) - 1);
      }
      empties.insert(gaps);
    }
  }
  CHECK(empties.contains(0));
  CHECK(empties.size() > 2);
  Batch batch;  // none where nets are judged
  task.take(Split::test, 0, task.size(Split::test), batch);
  const auto& story = std::get<StoryBatch>(batch);
  for (std::size_t b = 0; b < story.size(); ++b)
    CHECK(story.sentence_ages(b, 0) == story.story_lengths(b) - 1);
}

TEST_CASE("several tasks share their words, and one of them can be asked alone", "[babi]") {
  Babi::Options options;
  options.tasks = "1,4";
  options.questions = 100;
  const Babi both(options);
  CHECK(both.size(Split::train) == 180);
  CHECK(both.size(Split::validation) == 20);
  CHECK(both.size(Split::test) == 200);
  const auto one = both.with("task", 1), four = both.with("task", 4);
  CHECK(one->size(Split::test) == 100);
  CHECK(one->size(Split::train) + four->size(Split::train) == 180);
  CHECK(one->input_size() == both.input_size());
  CHECK(one->size(Split::validation) > 0);  // drawn from both
  CHECK(four->size(Split::validation) > 0);
  CHECK_THROWS_WITH(both.with("task", 2), Catch::Contains("task.task 2"));
}

TEST_CASE("chance is the entropy of the training answers", "[babi]") {
  const Folder folder(20, 5, 0);
  CHECK(folder.task().chance() == Approx(std::log(18.0)));
}

TEST_CASE("a file with an error is told by its name and line", "[babi]") {
  const Folder folder(20, 5, 0);
  std::ofstream(folder.path / "qa1_numbers_test.txt") << "1 said s1.\n3 q?\ts1\t1\n";
  CHECK_THROWS_WITH(folder.task(), Catch::Contains("qa1_numbers_test.txt:2: line number 3"));
}

TEST_CASE("test questions that stand in the training or validation set with their story can be left out",
          "[babi]") {
  const Folder folder(20, 5, 0);
  std::ofstream(folder.path / "qa1_numbers_test.txt", std::ios::app)
      << "1 said s3.\n2 q?\ts3\t1\n"              // trained on
         "1 said s19.\n2 q?\ts19\t1\n"            // validated on
         "1 said s3.\n2 said s4.\n3 q?\ts4\t2\n"  // another story
         "1 said s5.\n2 said q?\ts5\t1\n";        // another question
  const Babi task = folder.task();
  CHECK(task.size(Split::test) == 9);
  const auto fresh = task.without_leaks();
  CHECK(fresh->size(Split::test) == 7);
  CHECK(fresh->size(Split::train) == task.size(Split::train));
  CHECK(answers(*fresh, Split::test).contains("s4"));
  CHECK_FALSE(answers(*fresh, Split::test).contains("s3"));
}

TEST_CASE("a task asks about other stories in its own words, and tells what it does not know", "[babi]") {
  const Folder own(20, 5, 0), other(3, 1, 1);
  std::ofstream(fs::path(other.path) / "qa1_numbers_test.txt")
      << "1 said s3.\n2 q?\ts3\t1\n1 whispered s4 loudly.\n2 q?\ts4\t1\n1 said t9.\n2 q?\tt9\t1\n";
  const Babi task = own.task();
  const Babi::Elsewhere found = task.with_data(static_cast<const fs::path&>(other.path));
  CHECK(found.unknown.words == std::vector<std::string>{"loudly", "s2000", "t9", "whispered"});
  CHECK(found.unknown.questions == 1);
  CHECK(found.task->words() == task.words());
  CHECK(found.task->story_shape().statements == task.story_shape().statements);
  CHECK(found.task->size(Split::test) == 3);
  CHECK(answers(*found.task, Split::train) == numbered(0, 3));
  Batch batch;
  found.task->take(Split::test, 0, 3, batch);
  const auto& story = std::get<StoryBatch>(batch);
  CHECK(task.vocabulary().word(story.answers(0)) == "s3");
  CHECK(task.vocabulary().word(story.answers(1)) == "s4");
  CHECK(story.answers(2) == 0);
  CHECK(story.sentence_lengths(1, 0) == 1);
}

TEST_CASE("stories with longer sentences than a net was made for are refused", "[babi]") {
  const Folder own(20, 5, 0), other(20, 1, 0);
  std::ofstream(fs::path(other.path) / "qa1_numbers_test.txt") << "1 said s3 said s4.\n2 q?\ts3\t1\n";
  const Babi task = own.task();
  CHECK_THROWS_WITH(
      task.with_data(static_cast<const fs::path&>(other.path)),
      Catch::Matchers::Contains("a sentence has 4 words; the longest that the net was made for"));
}

TEST_CASE("the most frequent training answer is wrong where the right one is another", "[babi]") {
  const testing::TemporaryDirectory folder;
  const auto write = [&](const char* name, const std::string& text) { std::ofstream(folder / name) << text; };
  const auto question = [](const std::string& answer) { return "1 a.\n2 q?\t" + answer + "\t1\n"; };
  write("qa1_x_train.txt", question("yes") + question("no") + question("no"));
  write("qa1_x_valid.txt", question("no"));
  write("qa1_x_test.txt", question("no") + question("yes") + question("no") + question("maybe"));
  write("qa2_x_train.txt", question("yes"));
  write("qa2_x_valid.txt", question("no"));
  write("qa2_x_test.txt", question("yes"));
  Babi::Options options;
  options.data = static_cast<const fs::path&>(folder);
  options.tasks = "1,2";
  const Babi task(options);
  CHECK(task.tasks() == std::vector<std::size_t>{1, 2});
  CHECK(task.task_of(Split::test, 3) == 1);
  CHECK(task.task_of(Split::test, 4) == 2);
  CHECK(task.most_frequent_answer_error(Split::test) == 2.0 / 5);  // each task has its own
  const auto first = task.with("task", 1);
  CHECK(dynamic_cast<const Babi&>(*first).most_frequent_answer_error(Split::test) == 2.0 / 4);
}
