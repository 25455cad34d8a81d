// The task that gives whole stories, each with all its questions.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "tasks/babi/babi.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tapehead;
namespace fs = std::filesystem;

namespace {

// A directory with a training and a test file of task 8.
class Folder {
 public:
  Folder(const std::string& train, const std::string& test) {
    std::ofstream(path / "qa8_x_train.txt") << train;
    std::ofstream(path / "qa8_x_test.txt") << test;
  }

  Babi task(double validation = 0) const {
    Babi::Options options;
    options.data = directory();
    options.tasks = "8";
    options.view = "stories";
    options.validation = validation;
    return Babi(options);
  }
  std::string directory() const { return static_cast<const fs::path&>(path).string(); }

  testing::TemporaryDirectory path;
};

const std::string kMary =
    "1 Mary got milk.\n2 What has Mary?\tmilk\t1\n3 Mary got tea.\n4 What has Mary?\tmilk,tea\t1 3\n";
const std::string kJohn = "1 John got tea.\n2 What has John?\ttea\t1\n";

// Words that are asked for, in their order.
std::string wanted(const Babi& task, Split split, std::size_t example) {
  Batch batch;
  task.take(split, example, 1, batch);
  const auto& sequence = std::get<SequenceBatch>(batch);
  std::string text;
  for (std::size_t t = 0; t < sequence.steps(); ++t) {
    if (sequence.mask(t, 0) == 0) continue;
    std::string word = "?";
    for (std::size_t c = 0; c < task.words().size(); ++c) {
      if (sequence.targets(t, 0, c) > 0) word = task.words()[c];
    }
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

TEST_CASE("whole stories are examples, and their questions are counted as such", "[babi]") {
  const Folder folder(kMary + kJohn, kJohn + kMary + kMary);
  const Babi task = folder.task();
  CHECK(task.words() == std::vector<std::string>{"got", "has", "john", "mary", "milk", "tea", "what"});
  CHECK(task.input_size() == 10);
  CHECK(task.target_size() == 10);
  CHECK(task.size(Split::train) == 2);
  CHECK(task.questions(Split::train) == 3);
  CHECK(task.size(Split::test) == 3);
  CHECK(task.questions(Split::test) == 5);
  CHECK(wanted(task, Split::test, 0) == "tea");
  CHECK(wanted(task, Split::test, 1) == "milk milk tea");
  CHECK(task.told_shape().statements == 2);
  CHECK(task.text_of(Split::train, 0) == task.text_of(Split::test, 1));
  CHECK(task.text_of(Split::train, 1) != task.text_of(Split::test, 1));
}

TEST_CASE("the most frequent answer to a question of a whole story has all its words", "[babi]") {
  const Folder folder(kMary + kMary + kJohn, kMary + kJohn);
  // "milk" and "milk,tea" twice each, of which "milk" is taken: right in one of three questions.
  CHECK(folder.task().most_frequent_answer_error(Split::test) == Approx(2. / 3));
}

TEST_CASE("the chance of a whole story is the entropy of answers' words, times the words of a story",
          "[babi]") {
  const Folder folder(kMary + kJohn, kJohn);
  CHECK(folder.task().chance() == Approx(2 * std::log(2.)));  // milk, milk, tea; tea
}

TEST_CASE("a whole story of which a question was seen is left out", "[babi]") {
  const std::string other = "1 John got milk.\n2 What has John?\tmilk\t1\n";
  const Folder folder(kMary, kMary + other);
  const Babi task = folder.task();
  CHECK(task.without_leaks()->size(Split::test) == 1);
  CHECK(wanted(*task.without_leaks(), Split::test, 0) == "milk");
}

TEST_CASE("whole stories of other files are asked in the task's words, however long their sentences",
          "[babi]") {
  const Folder own(kMary + kJohn, kJohn);
  const Folder other(
      kJohn, "1 John got milk tea milk tea.\n2 What has John?\tmilk,cake\t1\n3 What has Mary?\ttea\t1\n");
  const Babi::Elsewhere found = own.task().with_data(other.directory());
  CHECK(found.unknown.questions == 1);
  CHECK(found.task->questions(Split::test) == 2);
  CHECK(wanted(*found.task, Split::test, 0) == "milk ? tea");
}

TEST_CASE("a share of whole stories is kept for validation", "[babi]") {
  const Folder folder(kMary + kJohn + kMary + kJohn, kJohn);
  const Babi task = folder.task(0.25);
  CHECK(task.size(Split::train) == 3);
  CHECK(task.size(Split::validation) == 1);
  CHECK(task.questions(Split::validation) == 1);
}

TEST_CASE("whole stories ask every question of their files once", "[babi]") {
  Babi::Options options;
  options.tasks = "1,8,15";
  options.questions = 60;
  options.view = "stories";
  const Babi task(options);
  CHECK(task.input_size() == task.words().size() + 3);
  CHECK(task.target_size() == task.input_size());
  options.view = "sentences";
  const Babi in_sentences(options);
  std::size_t questions = 0, stories = 0;
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    Batch batch;
    task.take(split, 0, task.size(split), batch);
    const auto& sequence = std::get<SequenceBatch>(batch);
    stories += task.size(split);
    for (std::size_t b = 0; b < task.size(split); ++b) {
      double asked = 0, wanted = 0, scored = 0;
      for (std::size_t t = 0; t < sequence.steps(); ++t) {
        asked += sequence.inputs(t, b, task.words().size() + 1);
        wanted += sequence.inputs(t, b, task.words().size() + 2);
        scored += sequence.mask(t, b);
      }
      CHECK(wanted == scored);
      CHECK(wanted >= asked);
      questions += static_cast<std::size_t>(asked);
    }
  }
  CHECK(questions == in_sentences.size(Split::train) + in_sentences.size(Split::validation) +
                         in_sentences.size(Split::test));
  CHECK(stories < questions);
  CHECK(task.most_frequent_answer_error(Split::test) > 0.5);
}
