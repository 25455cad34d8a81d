#include "tasks/babi/story_set.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {

StorySet::Part StorySet::append(const Words& words, const Vocabulary& vocabulary) {
  const auto first = static_cast<std::uint32_t>(words_.size());
  for (const std::string& word : words) {
    if (const Id id = vocabulary.id(word); id != 0) words_.push_back(id);
  }
  return {first, static_cast<std::uint32_t>(words_.size()) - first};
}

void StorySet::add(const std::vector<Story>& stories, const Vocabulary& vocabulary, std::size_t task) {
  for (const Story& story : stories) {
    const auto first = static_cast<std::uint32_t>(statements_.size());
    for (const Words& statement : story.statements) {
      statements_.push_back(append(statement, vocabulary));
      longest_sentence_ = std::max<std::size_t>(longest_sentence_, statements_.back().count);
    }
    for (const Question& question : story.questions) {
      const Part facts{static_cast<std::uint32_t>(facts_.size()),
                       static_cast<std::uint32_t>(question.supporting_facts.size())};
      for (const std::size_t fact : question.supporting_facts)
        facts_.push_back(static_cast<std::uint32_t>(fact));
      const Part asked = append(question.words, vocabulary);
      examples_.push_back({first, static_cast<std::uint32_t>(question.statements), asked, facts,
                           vocabulary.id(question.answer), static_cast<std::uint32_t>(task)});
      longest_question_ = std::max<std::size_t>(longest_question_, asked.count);
      longest_story_ = std::max(longest_story_, question.statements);
      most_facts_ = std::max(most_facts_, question.supporting_facts.size());
    }
  }
}

std::vector<StorySet::Id> StorySet::text(std::size_t example) const {
  const Example& one = examples_[example];
  std::vector<Id> ids;
  const auto append_part = [&](const Part& part) {
    const auto first = words_.begin() + static_cast<std::ptrdiff_t>(part.first);
    ids.insert(ids.end(), first, first + static_cast<std::ptrdiff_t>(part.count));
    ids.push_back(0);
  };
  for (std::size_t s = 0; s < one.statements; ++s) append_part(statements_[one.first_statement + s]);
  append_part(one.question);
  return ids;
}

NgramIndex StorySet::ngrams(std::span<const std::uint32_t> examples) const {
  NgramIndex index;
  const auto add = [&](const Part& part) { index.add({words_.data() + part.first, part.count}); };
  std::uint32_t next = 0;  // statement that was not taken in yet; stories stand one after the other
  for (const std::uint32_t one : examples) {
    const Example& example = examples_[one];
    add(example.question);
    for (next = std::max(next, example.first_statement); next < example.first_statement + example.statements;
         ++next)
      add(statements_[next]);
  }
  return index;
}

std::size_t StorySet::longest_reading(std::size_t most, const WordView& view) const {
  std::size_t longest = 0;
  for (const Example& example : examples_) {
    const std::size_t kept = std::min<std::size_t>(most, example.statements);
    std::size_t words = example.question.count;
    for (std::size_t s = example.statements - kept; s < example.statements; ++s)
      words += statements_[example.first_statement + s].count;
    longest = std::max(longest, view.steps(kept, words));
  }
  return longest;
}

void StorySet::fill(std::span<const Told> told, std::size_t most, StoryBatch& into) const {
  // The same for every batch, so that an example does not depend on the others.
  const StoryExtents extents{.examples = told.size(),
                             .sentences = std::min(most, longest_story_),
                             .words = longest_sentence_,
                             .question_words = longest_question_,
                             .facts = most_facts_};
  reset(into, extents);
  for (std::size_t b = 0; b < told.size(); ++b) {
    const Example& example = examples_[told[b].example];
    const std::size_t kept = std::min<std::size_t>(most, example.statements),
                      left = example.statements - kept;
    for (std::size_t s = 0; s < kept; ++s) {
      const Part& statement = statements_[example.first_statement + left + s];
      std::copy_n(words_.data() + statement.first, statement.count,
                  into.sentences.data() + (b * extents.sentences + s) * extents.words);
      into.sentence_lengths(b, s) = static_cast<Id>(statement.count);
      into.sentence_ages(b, s) = static_cast<Id>(told[b].ages.empty() ? kept - 1 - s : told[b].ages[s]);
    }
    into.story_lengths(b) = static_cast<Id>(kept);
    std::copy_n(words_.data() + example.question.first, example.question.count,
                into.questions.data() + b * extents.question_words);
    into.question_lengths(b) = static_cast<Id>(example.question.count);
    into.answers(b) = example.answer;
    // Facts that are forgotten are left out; the order of the others stays.
    Id facts = 0;
    for (std::size_t f = 0; f < example.facts.count; ++f) {
      const std::size_t fact = facts_[example.facts.first + f];
      if (fact >= left) into.supporting_facts(b, facts++) = static_cast<Id>(fact - left);
    }
    into.supporting_counts(b) = facts;
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
