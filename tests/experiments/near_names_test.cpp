#include "experiments/near_names.hpp"

#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("the edit distance counts insertions, deletions, replacements and swaps of neighbours") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);  // the textbook's example
  CHECK(edit_distance("train", "trian") == 1);
  CHECK(edit_distance("ca", "abc") == 3);  // optimal string alignment, not the unrestricted distance (2)
}

TEST_CASE("the nearest names come first and unlike ones not at all") {
  const std::vector<std::string> keys = {"training.steps", "training.learning_rate", "memory.slots"};
  CHECK(near_names("training.learning_rat", keys) == std::vector<std::string>{"training.learning_rate"});
  CHECK(near_names("memroy.slots", keys, 1) == std::vector<std::string>{"memory.slots"});
  CHECK(near_names("zebra", keys).empty());
}

TEST_CASE("a name without its section finds the key by its last part") {
  const std::vector<std::string> keys = {"training.steps", "training.learning_rate", "memory.slots"};
  CHECK(near_names("learning_rate", keys, 1) == std::vector<std::string>{"training.learning_rate"});
  CHECK(near_names("slot", keys, 1) == std::vector<std::string>{"memory.slots"});
}

TEST_CASE("the beginning of a name finds it") {
  const std::vector<std::string> names = {"ntm2014/copy-ntm-lstm", "ntm2014/copy-lstm", "demo"};
  CHECK(near_names("ntm2014/copy", names).size() == 2);
}

TEST_CASE("suggestions read as a sentence") {
  const std::vector<std::string> names = {"aaa1", "aaa2", "aaa3"};
  CHECK(did_you_mean("aaa2", names) == "; did you mean 'aaa2'?");
  CHECK(did_you_mean("aaa4", names, 3) == "; did you mean 'aaa1', 'aaa2' or 'aaa3'?");
  CHECK(did_you_mean("wxyzwxyz", names).empty());
}

TEST_CASE("an absurdly long name has no near names") {
  const std::vector<std::string> names = {"demo"};
  CHECK(near_names(std::string(1000000, 'd'), names).empty());
}
