#include "experiments/settings_file.hpp"

#include <cmath>
#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/experiments/stand_in_options.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

namespace {

SettingsText read(const std::string& text) {
  std::istringstream in(text);
  return read_settings(in, "x.ini");
}

}  // namespace

TEST_CASE("a settings file gives its title, keys with sections, values and lines") {
  const SettingsText text = read(
      "# A title: of one line\n"
      "seed = 3\n"
      "\n"
      "[training]\n"
      "  learning_rate = 1e-4   # not in the paper\n"
      "# a comment = of its own\n"
      "steps=10\r\n"
      "[memory]\n"
      "note =\n");
  CHECK(text.title == "A title: of one line");
  REQUIRE(text.assignments.size() == 4);
  const auto check = [&](std::size_t i, const std::string& key, const std::string& value,
                         const std::string& origin) {
    CHECK(text.assignments[i].key == key);
    CHECK(text.assignments[i].value == value);
    CHECK(text.assignments[i].origin == origin);
  };
  check(0, "seed", "3", "x.ini:2");
  check(1, "training.learning_rate", "1e-4", "x.ini:5");
  check(2, "training.steps", "10", "x.ini:7");
  check(3, "memory.note", "", "x.ini:9");
}

TEST_CASE("a file without a comment on its first line has no title") {
  CHECK(read("seed = 1\n# later\n").title.empty());
  CHECK(read("").title.empty());
}

TEST_CASE("a line that is no setting is reported with its file and line") {
  CHECK_THROWS_WITH(read("seed = 1\nnonsense\n"),
                    "x.ini:2: expected '[section]' or 'key = value', got 'nonsense'");
  CHECK_THROWS_WITH(read("[training\n"), "x.ini:1: expected '[section]', got '[training'");
  CHECK_THROWS_WITH(read("[]\n"), "x.ini:1: expected '[section]', got '[]'");
  CHECK_THROWS_WITH(read("[ ]\nx = 1\n"), "x.ini:1: expected '[section]', got '[ ]'");
  CHECK_THROWS_WITH(read("\n= 3\n"), "x.ini:2: expected 'key = value', got '= 3'");
  CHECK_THROWS_WITH(read(std::string("a = \0b\n", 7)), "x.ini:1: not text: it has control characters");
}

TEST_CASE("a byte order mark before the first line is not part of it") {
  const SettingsText text = read("\xef\xbb\xbf# Title\nseed = 1\n");
  CHECK(text.title == "Title");
  REQUIRE(text.assignments.size() == 1);
  CHECK(text.assignments[0].origin == "x.ini:2");
  CHECK(read("seed = 1\n\xef\xbb\xbfseed = 2\n").assignments.at(1).key == "\xef\xbb\xbfseed");
}

TEST_CASE("a file that is not UTF-8 is refused at its line") {
  CHECK(read("# Gr\xc3\xb6\xc3\x9f"
             "e\n")
            .title ==
        "Gr\xc3\xb6\xc3\x9f"
        "e");
  CHECK_THROWS_WITH(read("seed = 1\n# Gr\xf6\xdf"
                         "e\n"),
                    "x.ini:2: not text in UTF-8");
}

namespace {

// A file of one line that never ends; fails when far more is asked of it than any line has.
class Endless final : public std::streambuf {
 public:
  std::size_t given() const { return given_; }

 private:
  int_type underflow() override {
    REQUIRE(++given_ < 1000000);
    setg(&character_, &character_, &character_ + 1);
    return traits_type::to_int_type(character_);
  }

  char character_ = 'x';
  std::size_t given_ = 0;
};

}  // namespace

TEST_CASE(
    "a line of a megabyte is refused after its first ten thousand characters, and is not read further") {
  CHECK(read("#" + std::string(9999, ' ') + "\n").assignments.empty());
  CHECK_THROWS_WITH(read("#" + std::string(10000, ' ') + "\n"), "x.ini:1: too long for a settings file");
  CHECK_THROWS_WITH(read("seed = 1\n" + std::string(1 << 20, 'x')), "x.ini:2: too long for a settings file");
  CHECK_THROWS_WITH(read(std::string(20000, '\n')), "x.ini:10001: too long for a settings file");
  Endless endless;
  std::istream in(&endless);
  CHECK_THROWS_WITH(read_settings(in, "x.ini"), "x.ini:1: too long for a settings file");
  CHECK(endless.given() < 20000);
}

TEST_CASE("a title that no file could hold beside its sign is refused") {
  CHECK(read("# " + std::string(1000, 't')).title.size() == 1000);
  CHECK_THROWS_WITH(read("# " + std::string(1001, 't')), "x.ini:1: too long for a title");
}

TEST_CASE("a key given twice is refused and both lines are named") {
  CHECK_THROWS_WITH(read("[training]\nsteps = 1\n[memory]\nslots = 2\n[training]\nsteps = 3\n"),
                    "x.ini:6: setting 'training.steps' is given twice; the first time at x.ini:2");
}

TEST_CASE("a file that is not there is a mistake of the command line") {
  CHECK_THROWS_AS(read_settings_file("/nowhere/x.ini"), UsageError);
  CHECK_THROWS_AS(read_settings_file("/tmp"), UsageError);
}

TEST_CASE("settings that were written read back to the same values") {
  StandInOptions written, read_back;
  written.slots = 7;
  written.learning_rate = 1.0 / 3;
  written.shuffle = true;
  written.initial = "random";
  written.note = "two words";
  Settings settings, again;
  settings.bind("memory", written);
  again.bind("memory", read_back);
  std::stringstream file;
  write_settings(file, settings, "The title\nmore");
  const SettingsText text = read_settings(file, "settings.ini");
  again.apply(text.assignments);
  CHECK(text.title == "The title");
  CHECK(read_back.slots == 7);
  CHECK(read_back.learning_rate == 1.0 / 3);
  CHECK(std::isnan(read_back.momentum));
  CHECK(read_back.shuffle);
  CHECK(read_back.initial == "random");
  CHECK(read_back.note == "two words");
}

TEST_CASE("a written setting says what it means and what it may be") {
  StandInOptions options;
  Settings settings;
  settings.bind("memory", options);
  std::ostringstream file;
  write_settings(file, settings, "t");
  CHECK(contains(file.str(), "slots = 128"));
  CHECK(contains(file.str(), "# memory slots (N, slot); a whole number from 1 to 4096\n"));
  CHECK(contains(file.str(), "one of constant, random, learned"));
  CHECK_FALSE(contains(file.str(), "momentum"));
}

TEST_CASE("what means nothing beside the other settings is not written") {
  StandInOptions options;
  Settings settings;
  settings.bind("memory", options);
  std::ostringstream with, without;
  write_settings(with, settings, "t");
  CHECK(contains(with.str(), "scale = 0.5"));
  CHECK(contains(with.str(), "; a number; with initial = random or learned\n"));
  options.initial = "constant";
  write_settings(without, settings, "t");
  CHECK_FALSE(contains(without.str(), "scale"));
}

TEST_CASE("the table of settings is aligned and shows what has no value as a dash") {
  StandInOptions options;
  Settings settings;
  settings.bind("m", options);
  std::ostringstream table;
  write_settings_table(table, settings, "default");
  std::istringstream lines(table.str());
  std::string line;
  std::size_t column = std::string::npos;
  while (std::getline(lines, line)) {
    if (column == std::string::npos) column = line.find("meaning");
    REQUIRE(line.size() > column);
    CHECK(line[column - 1] == ' ');
    CHECK(line[column] != ' ');
  }
  CHECK(contains(table.str(), "m.momentum       -        share kept"));
}
