#include "tasks/babi/story_text.hpp"

#include <filesystem>
#include <fstream>
#include <regex>

#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Facts = std::vector<std::size_t>;

namespace {

const std::string kText =
    "1 Mary moved to the bathroom.\n"
    "2 Where is Mary?\tbathroom\t1\n"
    "3 John took the apple, and the milk.\n"
    "4 What is John carrying? \tapple,milk\t3 1\n"
    "1 Sandra went to the garden.\n"
    "2 Is Sandra in the garden?\tyes\n";

std::string message(const std::string& text) {
  try {
    parse_stories(text, "stories.txt");
  } catch (const DataError& error) {
    return error.what();
  }
  return "none";
}

bool same(const std::vector<Story>& a, const std::vector<Story>& b) {
  const auto same_question = [](const Question& x, const Question& y) {
    return x.statements == y.statements && x.words == y.words && x.answer == y.answer &&
           x.supporting_facts == y.supporting_facts;
  };
  return std::ranges::equal(a, b, [&](const Story& x, const Story& y) {
    return x.statements == y.statements && std::ranges::equal(x.questions, y.questions, same_question);
  });
}

}  // namespace

TEST_CASE("stories, questions, answers and supporting facts are read", "[babi]") {
  const std::vector<Story> stories = parse_stories(kText, "stories.txt");
  REQUIRE(stories.size() == 2);
  CHECK(stories[0].statements == std::vector<Words>{{"mary", "moved", "to", "the", "bathroom"},
                                                    {"john", "took", "the", "apple,", "and", "the", "milk"}});
  REQUIRE(stories[0].questions.size() == 2);
  const Question& question = stories[0].questions[1];
  CHECK(question.statements == 2);
  CHECK(question.words == Words{"what", "is", "john", "carrying"});
  CHECK(question.answer == "apple,milk");
  CHECK(question.supporting_facts == Facts{1, 0});  // lines 3 and 1, in the order of the file
  REQUIRE(stories[1].questions.size() == 1);
  CHECK(stories[1].questions[0].supporting_facts.empty());
}

TEST_CASE("line ends of both kinds, blank lines, a missing last line end and other alphabets are taken",
          "[babi]") {
  const std::vector<Story> expected = parse_stories(kText, "a");
  const auto changed = [](const std::string& from, const std::string& to) {
    return std::regex_replace(kText, std::regex(from), to);
  };
  CHECK(same(parse_stories(changed("\n", "\r\n"), "b"), expected));
  CHECK(same(parse_stories("\xEF\xBB\xBF" + changed("\n", "\n"), "b"), expected));
  CHECK(same(parse_stories(changed("\n1", "\n\n 1"), "b"), expected));
  CHECK(same(parse_stories(kText.substr(0, kText.size() - 1), "b"), expected));
  const std::vector<Story> hindi = parse_stories("1 मरियम बाथरूम में गई.\n2 मरियम कहाँ है?\tबाथरूम\t1\n", "c");
  CHECK(hindi[0].questions[0].answer == "बाथरूम");
  CHECK(hindi[0].statements[0][0] == "मरियम");
}

TEST_CASE("what departs from the layout is told with its line", "[babi]") {
  CHECK(message("") == "stories.txt:1: there is no question (a line with a tab before its answer)");
  CHECK(message("1 Mary slept.\n") ==
        "stories.txt:1: there is no question (a line with a tab before its answer)");
  CHECK(message("Mary slept.\n") == "stories.txt:1: expected a line number, not 'Mary'");
  CHECK(message("2 Mary slept.\n") == "stories.txt:1: line number 2: expected 1, which begins a story");
  CHECK(message("1 Mary slept.\n3 Who?\tmary\t1\n") ==
        "stories.txt:2: line number 3: expected 2, or 1, which begins a story");
  CHECK(message("1 Mary slept.\n2 Who slept?\t\t1\n") == "stories.txt:2: expected an answer behind the tab");
  CHECK(message("1 Mary slept.\n2 Who slept?\tmary jane\t1\n") ==
        "stories.txt:2: answer 'mary jane': expected one word, or several joined by commas");
  CHECK(message("1 Mary slept.\n2 ?\tmary\t1\n") == "stories.txt:2: expected words");
  CHECK(message("1 .\n") == "stories.txt:1: expected words");
  CHECK(message("1 A b.\n2 Who?\ta\tone\n") ==
        "stories.txt:2: expected the number of a supporting line, not 'one'");
  for (const std::string line : {"0", "2", "3", "99999999999"}) {
    CHECK(message("1 A b.\n2 Who?\ta\t" + line + "\n") ==
          "stories.txt:2: supporting line " + line +
              ": expected the number of a statement above, in the same story");
  }
  CHECK(message("1 A b.\n2 Who?\ta\t1\n3 What?\tb\t2\n") ==
        "stories.txt:3: supporting line 2: expected the number of a statement above, in the same story");
  CHECK(message("1 A b.\n2 Who?\ta\t1\t1\n") == "stories.txt:2: expected at most two tabs");
  CHECK(message("1 Zo\xeb slept.\n") == "stories.txt:1: not text in UTF-8");
  CHECK(message("1 A\x01 b.\n") == "stories.txt:1: a control character (code 1)");
  CHECK(message("1 A b.\n99999999999999999999 C d.\n") ==
        "stories.txt:2: expected a line number, not '99999999999999999999'");
}

TEST_CASE("stories that are written are read back as the same", "[babi]") {
  const std::vector<Story> stories = parse_stories(kText, "a");
  const std::string text = format_stories(stories);
  CHECK(same(parse_stories(text, "b"), stories));
  CHECK(text.starts_with("1 Mary moved to the bathroom.\n2 Where is mary?\tbathroom\t1\n"));
}

TEST_CASE("10,000 damaged files give stories or a message with file and line", "[babi]") {
  const std::string tokens = "\t\n\r .?,0123456789a\xe0\xff\x01\x7f";
  const std::regex expected("stories\\.txt:[1-9][0-9]*: [^\n]+");
  std::size_t refused = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    Draws draws = RandomStream(1, "damage").step(i).draws();
    std::string text = kText;
    for (std::size_t changes = 1 + draws.below(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = draws.below(text.size());
      const char token = tokens[draws.below(tokens.size())];
      switch (draws.below(4)) {
        case 0:
          text[at] = token;
          break;
        case 1:
          text.insert(at, 1, token);
          break;
        case 2:
          text.erase(at, 1 + draws.below(9));
          break;
        default:
          text.insert(at, text.substr(draws.below(text.size()), 1 + draws.below(30)));
      }
    }
    const std::string said = message(text);
    if (said == "none") continue;
    ++refused;
    if (!std::regex_match(said, expected)) FAIL("damage " << i << ": " << said);
  }
  CHECK(refused > 2000);
  CHECK(refused < 9000);
}

TEST_CASE("a file that cannot be read is told", "[babi]") {
  const std::filesystem::path here = std::filesystem::temp_directory_path();
  CHECK_THROWS_WITH(read_stories(here), here.string() + ": cannot be read: Is a directory");
  CHECK_THROWS_WITH(read_stories("/nowhere/at/all.txt"),
                    "/nowhere/at/all.txt: cannot be read: No such file or directory");
}
