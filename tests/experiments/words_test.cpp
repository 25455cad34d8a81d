#include "experiments/words.hpp"

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a list is cut at its commas, and an empty part is refused") {
  CHECK(comma_separated("rows", "ff,ntm-lstm") == std::vector<std::string>{"ff", "ntm-lstm"});
  CHECK(comma_separated("rows", "ff") == std::vector<std::string>{"ff"});
  for (const char* const list : {"", ",", "ff,", ",ff", "ff,,lstm"}) {
    CHECK_THROWS_AS(comma_separated("rows", list), UsageError);
  }
  CHECK_THROWS_WITH(comma_separated("rows", "ff,"), "--rows: expected a list separated by commas, got 'ff,'");
}

TEST_CASE("a word is quoted for a shell where it needs to be") {
  CHECK(shell_word("results/runs/copy-s1") == "results/runs/copy-s1");
  CHECK(shell_word("my sweep") == "'my sweep'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("").size() == 2);
}
