// Stories with questions as word ids, ready to be handed out in batches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "framework/data/batch.hpp"
#include "tasks/babi/vocabulary.hpp"
#include "tasks/babi/word_view.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One question is one example; its story is what precedes it. Questions of a story stand together, in its order.
class StorySet {
 public:
  using Id = StoryBatch::Id;

  /// What an example is asked about: the statements that are kept, and how old each is.
  struct Told {
    std::size_t example;
    std::span<const std::uint32_t> ages;  // of the statements kept, oldest first; empty: n - 1, ..., 1, 0
  };

  /// Appends the stories of the bAbI task of that number. Words that are not in the vocabulary are left out, and an
  /// answer that is not becomes 0. An answer is one word, or, `apart`, those that commas join in it.
  void add(const std::vector<Story>& stories, const Vocabulary& vocabulary, std::size_t task,
           bool apart = false);

  std::size_t size() const { return examples_.size(); }
  std::size_t longest_sentence() const { return longest_sentence_; }
  std::size_t longest_question() const { return longest_question_; }
  std::size_t longest_story() const { return longest_story_; }  // statements before a question
  /// The bAbI task that an example is of.
  std::size_t task(std::size_t example) const { return examples_[example].task; }
  /// One word, if answers are not apart.
  std::span<const Id> answer(std::size_t example) const { return words_of(examples_[example].answer); }
  /// How many questions the story has, from this example, which is its first, on.
  std::size_t questions(std::size_t first) const;
  /// The same for two examples only if their stories and questions are, word by word.
  std::vector<Id> text(std::size_t example) const;
  /// Those of the questions and statements of some examples.
  NgramIndex ngrams(std::span<const std::uint32_t> examples) const;
  /// Statements before the question.
  std::size_t statements(std::size_t example) const { return examples_[example].statements; }

  /// Fills `into` with these examples, of each the last `most` statements, of which there are as many as it has ages for.
  void fill(std::span<const Told> told, std::size_t most, StoryBatch& into) const;

  /// Reads whole stories word by word, each from its first example, `firsts`, to its last question.
  void read_stories(std::span<const std::uint32_t> firsts, const WordView& view, SequenceBatch& into) const;

 private:
  struct Part {  // of words_
    std::uint32_t first, count;
  };
  struct Example {
    std::uint32_t first_statement, statements;  // in statements_
    Part question, facts, answer;               // the facts are in facts_
    std::uint32_t task, story;
  };

  std::span<const Id> words_of(const Part& part) const { return {words_.data() + part.first, part.count}; }
  void read(std::size_t first, WordReader& reader) const;
  Part append(const Words& words, const Vocabulary& vocabulary);

  std::vector<Id> words_;
  std::vector<Part> statements_;
  std::vector<std::uint32_t> facts_;
  std::vector<Example> examples_;
  std::size_t longest_sentence_ = 0, longest_question_ = 0, longest_story_ = 0, most_facts_ = 0;
  std::uint32_t stories_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
