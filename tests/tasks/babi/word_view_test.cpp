#include "tasks/babi/word_view.hpp"

#include "tasks/babi/babi.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

const std::vector<Story> kStories = parse_stories(
    "1 Mary went home.\n"
    "2 Where is Mary?\thome\t1\n"
    "3 John left.\n"
    "4 Who left?\tjohn,mary\t1 3\n"
    "1 Who?\tnobody\n",
    "stories.txt");

struct Told {
  Vocabulary words = Vocabulary::of({&kStories});
  StoryBatch batch;

  Told() {
    StorySet set;
    set.add(kStories, words, 1);
    const std::vector<StorySet::Told> told = {{0, {}}, {1, {}}, {2, {}}};
    set.fill(told, 50, batch);
  }
};

// What is read at each step: a word, a mark, or "_" for nothing.
std::string read(const SequenceBatch& sequence, std::size_t b, const Vocabulary& words) {
  std::string text;
  for (std::size_t t = 0; t < sequence.steps(); ++t) {
    std::string now;
    for (std::size_t c = 0; c < sequence.inputs.shape()[2]; ++c) {
      if (sequence.inputs(t, b, c) == 0) continue;
      REQUIRE(sequence.inputs(t, b, c) == 1);
      REQUIRE(now.empty());
      now = c < words.size() ? words.word(static_cast<StoryBatch::Id>(c + 1))
                             : std::string(1, ".?-"[c - words.size()]);
    }
    text += (t > 0 ? " " : "") + (now.empty() ? "_" : now);
  }
  return text;
}

// The same of the targets, of which a step that counts has one, or "?" if it has none.
std::string wanted(const SequenceBatch& sequence, std::size_t b, const Vocabulary& words) {
  std::string text;
  for (std::size_t t = 0; t < sequence.steps(); ++t) {
    std::string now = sequence.mask(t, b) == 0 ? "_" : "?";
    for (std::size_t c = 0; c < words.size(); ++c) {
      if (sequence.targets(t, b, c) == 0) continue;
      REQUIRE(sequence.targets(t, b, c) == 1);
      REQUIRE(now == "?");
      now = words.word(static_cast<StoryBatch::Id>(c + 1));
    }
    text += (t > 0 ? " " : "") + now;
  }
  return text;
}

}  // namespace

TEST_CASE("a story is read word by word with its marks, and answered at the last", "[babi]") {
  const Told told;
  SequenceBatch sequence;
  read_word_by_word(told.batch, {.words = told.words.size()}, sequence);
  CHECK(sequence.inputs.shape()[2] == told.words.size() + 3);
  CHECK(sequence.targets.shape()[2] == told.words.size());
  CHECK(read(sequence, 0, told.words) == "mary went home . where is mary ? - _ _");
  CHECK(wanted(sequence, 0, told.words) == "_ _ _ _ _ _ _ _ home _ _");
  CHECK(read(sequence, 1, told.words) == "mary went home . john left . who left ? -");
  CHECK(wanted(sequence, 1, told.words) == "_ _ _ _ _ _ _ _ _ _ john,mary");
  CHECK(read(sequence, 2, told.words) == "who ? - _ _ _ _ _ _ _ _");
  CHECK(wanted(sequence, 2, told.words) == "_ _ nobody _ _ _ _ _ _ _ _");
}

TEST_CASE("without marks a story is answered at the last word of its question", "[babi]") {
  const Told told;
  SequenceBatch sequence;
  read_word_by_word(told.batch, {.words = told.words.size(), .marks = false}, sequence);
  CHECK(sequence.inputs.shape()[2] == told.words.size());
  CHECK(read(sequence, 1, told.words) == "mary went home john left who left");
  CHECK(wanted(sequence, 1, told.words) == "_ _ _ _ _ _ john,mary");
  CHECK(read(sequence, 2, told.words) == "who _ _ _ _ _ _");
  CHECK(wanted(sequence, 2, told.words) == "nobody _ _ _ _ _ _");
}

TEST_CASE("where no word is known there is a step to answer at, and no target for an answer that is no word",
          "[babi]") {
  Told told;
  told.batch.question_lengths(2) = 0;
  told.batch.answers(2) = 0;
  Batch alone;
  slice_examples(told.batch, 2, 3, alone);
  SequenceBatch sequence;
  read_word_by_word(std::get<StoryBatch>(alone), {.words = told.words.size(), .marks = false}, sequence);
  CHECK(read(sequence, 0, told.words) == "_");
  CHECK(wanted(sequence, 0, told.words) == "?");
}

TEST_CASE("a task word by word asks the same questions as in sentences", "[babi]") {
  Babi::Options options;
  options.tasks = "1,2";
  options.questions = 40;
  options.statements = 6;
  options.view = "words";
  const Babi task(options);
  CHECK(task.input_size() == task.words().size() + 3);
  CHECK(task.target_size() == task.words().size());
  CHECK(task.story_shape().words == 0);
  CHECK(task.told_shape().words == task.words().size());
  options.view = "sentences";
  const Babi in_sentences(options);
  CHECK(in_sentences.story_shape().words == task.words().size());
  // The words of example b, put together from its last six sentences.
  const auto expected = [&](const StoryBatch& told, std::size_t b) {
    std::string text;
    const auto add = [&](StoryBatch::Id id) { text += task.vocabulary().word(id) + " "; };
    for (std::size_t s = 0; s < static_cast<std::size_t>(told.story_lengths(b)); ++s) {
      for (StoryBatch::Id w = 0; w < told.sentence_lengths(b, s); ++w)
        add(told.sentences(b, s, static_cast<std::size_t>(w)));
      text += ". ";
    }
    for (StoryBatch::Id w = 0; w < told.question_lengths(b); ++w)
      add(told.questions(b, static_cast<std::size_t>(w)));
    return text + "? -";
  };
  const auto compare = [&](const Batch& words, const Batch& sentences) {
    const auto& sequence = std::get<SequenceBatch>(words);
    const auto& told = std::get<StoryBatch>(sentences);
    for (std::size_t b = 0; b < told.size(); ++b) {
      const std::string all = read(sequence, b, task.vocabulary()), text = expected(told, b);
      CHECK(all.substr(0, all.find(" _")) == text);
      const std::string answers = wanted(sequence, b, task.vocabulary());
      const auto steps = static_cast<std::size_t>(std::ranges::count(text, ' '));
      std::string right;
      for (std::size_t t = 0; t < sequence.steps(); ++t)
        right += std::string(t > 0 ? " " : "") + (t == steps ? task.vocabulary().word(told.answers(b)) : "_");
      CHECK(answers == right);
    }
    const Batch as_read = task.as_read(told);
    CHECK(std::get<SequenceBatch>(as_read).inputs.storage() == sequence.inputs.storage());
  };
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    REQUIRE(task.size(split) == in_sentences.size(split));
    Batch words, sentences;
    task.take(split, 0, task.size(split), words);
    in_sentences.take(split, 0, task.size(split), sentences);
    CHECK(std::ranges::max(std::get<StoryBatch>(sentences).story_lengths.storage()) == 6);
    compare(words, sentences);
    for (std::size_t b = 0; b < task.size(split); ++b)
      CHECK(task.text_of(split, b) == in_sentences.text_of(split, b));
  }
  Batch drawn, same;
  task.sample(RandomStream(1, "train"), 5, drawn);
  in_sentences.sample(RandomStream(1, "train"), 5, same);
  compare(drawn, same);
}

TEST_CASE("a whole story is read with all its questions, and each word of an answer has a step", "[babi]") {
  const Vocabulary words = Vocabulary::of({&kStories}, true);
  CHECK(words.id("john,mary") == 0);
  StorySet set;
  set.add(kStories, words, 1, true);
  CHECK(set.questions(0) == 2);
  CHECK(set.questions(2) == 1);
  const WordView view{.words = words.size(), .marks = true, .whole_stories = true};
  SequenceBatch sequence;
  set.read_stories(std::vector<std::uint32_t>{0, 2}, view, sequence);
  CHECK(sequence.inputs.shape()[2] == words.size() + 3);
  CHECK(sequence.targets.shape()[2] == words.size() + 3);
  CHECK(read(sequence, 0, words) == "mary went home . where is mary ? - john left . who left ? - -");
  CHECK(wanted(sequence, 0, words) == "_ _ _ _ _ _ _ _ home _ _ _ _ _ _ john mary");
  CHECK(read(sequence, 1, words) == "who ? - _ _ _ _ _ _ _ _ _ _ _ _ _ _");
  CHECK(wanted(sequence, 1, words) == "_ _ nobody _ _ _ _ _ _ _ _ _ _ _ _ _ _");
}
