#include "tasks/babi/story_set.hpp"

#include "tests/support/catch.hpp"

using namespace tapehead;
using Ids = std::vector<StoryBatch::Id>;

namespace {

const std::vector<Story> kStories = parse_stories(
    "1 Mary went home.\n"
    "2 John left.\n"
    "3 Mary took the blue ball.\n"
    "4 Where is the ball?\thome\t3 1\n"
    "5 Mary left.\n"
    "6 Who left?\tjohn,mary\t2 5\n"
    "1 Who?\tnobody\n",
    "stories.txt");

}  // namespace

TEST_CASE("words have ids in the order of their bytes, and several answers are one word", "[babi]") {
  const Vocabulary words = Vocabulary::of({&kStories});
  CHECK(words.words() == std::vector<std::string>{"ball", "blue", "home", "is", "john", "john,mary", "left",
                                                  "mary", "nobody", "the", "took", "went", "where", "who"});
  CHECK(words.id("ball") == 1);
  CHECK(words.word(1) == "ball");
  CHECK(words.id("went") == 12);
  CHECK(words.id("kitchen") == 0);
  CHECK(Vocabulary({"b", "a", "b"}).words() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an example is a question with the statements above it", "[babi]") {
  const Vocabulary words = Vocabulary::of({&kStories});
  StorySet set;
  set.add(kStories, words, 7);
  CHECK(set.size() == 3);
  CHECK(set.longest_sentence() == 5);
  CHECK(set.longest_question() == 4);
  CHECK(set.longest_story() == 4);
  CHECK(set.task(2) == 7);
  StoryBatch batch;
  const std::vector<StorySet::Told> told = {{0, {}}, {1, {}}, {2, {}}};
  set.fill(told, 50, batch);
  CHECK(batch.size() == 3);
  CHECK(batch.story_lengths.storage() == Ids{3, 4, 0});
  CHECK(batch.sentence_lengths(0, 2) == 5);
  CHECK(batch.sentences(0, 2, 3) == words.id("blue"));
  CHECK(batch.sentence_ages(0, 0) == 2);
  CHECK(batch.sentence_ages(1, 0) == 3);
  CHECK(batch.sentence_ages(1, 3) == 0);
  CHECK(batch.question_lengths.storage() == Ids{4, 2, 1});
  CHECK(batch.answers.storage() == Ids{words.id("home"), words.id("john,mary"), words.id("nobody")});
  CHECK(batch.supporting_counts.storage() == Ids{2, 2, 0});
  CHECK(batch.supporting_facts(0, 0) == 2);  // in the order of reasoning
  CHECK(batch.supporting_facts(0, 1) == 0);
}

TEST_CASE("only the last statements are kept, with the facts among them", "[babi]") {
  const Vocabulary words = Vocabulary::of({&kStories});
  StorySet set;
  set.add(kStories, words, 1);
  StoryBatch batch;
  const std::vector<std::uint32_t> ages = {6, 1};
  const std::vector<StorySet::Told> told = {{0, ages}};
  set.fill(told, 2, batch);
  CHECK(batch.story_lengths(0) == 2);
  CHECK(batch.sentences(0, 0, 0) == words.id("john"));
  CHECK(batch.sentence_ages(0, 0) == 6);
  CHECK(batch.sentence_ages(0, 1) == 1);
  CHECK(batch.supporting_counts(0) == 1);
  CHECK(batch.supporting_facts(0, 0) == 1);
}

TEST_CASE("words that are not in the vocabulary are left out, and an answer that is not is 0", "[babi]") {
  const Vocabulary words({"mary", "went", "where", "is", "the", "ball", "took", "home"});
  StorySet set;
  set.add(kStories, words, 1);
  CHECK(set.longest_sentence() == 4);  // mary took the ball, without "blue"
  StoryBatch batch;
  const std::vector<StorySet::Told> told = {{0, {}}, {1, {}}};
  set.fill(told, 50, batch);
  CHECK(batch.sentence_lengths(0, 1) == 0);  // nothing of "john left" is known
  CHECK(batch.sentence_lengths(0, 2) == 4);
  CHECK(batch.sentences(0, 2, 3) == words.id("ball"));
  CHECK(batch.question_lengths.storage() == Ids{4, 0});
  CHECK(batch.answers.storage() == Ids{words.id("home"), 0});
}
