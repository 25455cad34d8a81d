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

void StorySet::add(const std::vector<Story>& stories, const Vocabulary& vocabulary, std::size_t task,
                   bool apart) {
  for (const Story& story : stories) {
    const auto first = static_cast<std::uint32_t>(statements_.size());
    ++stories_;
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
      const Words answer = apart ? words_of_answer(question.answer) : Words{question.answer};
      const Part right{static_cast<std::uint32_t>(words_.size()), static_cast<std::uint32_t>(answer.size())};
      for (const std::string& word : answer) words_.push_back(vocabulary.id(word));
      examples_.push_back({first, static_cast<std::uint32_t>(question.statements), asked, facts, right,
                           static_cast<std::uint32_t>(task), stories_});
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
    const std::span<const Id> words = words_of(part);
    ids.insert(ids.end(), words.begin(), words.end());
    ids.push_back(0);
  };
  for (std::size_t s = 0; s < one.statements; ++s) append_part(statements_[one.first_statement + s]);
  append_part(one.question);
  return ids;
}

NgramIndex StorySet::ngrams(std::span<const std::uint32_t> examples) const {
  NgramIndex index;
  const auto add = [&](const Part& part) { index.add(words_of(part)); };
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
    into.answers(b) = words_[example.answer.first];
    // Facts that are forgotten are left out; the order of the others stays.
    Id facts = 0;
    for (std::size_t f = 0; f < example.facts.count; ++f) {
      const std::size_t fact = facts_[example.facts.first + f];
      if (fact >= left) into.supporting_facts(b, facts++) = static_cast<Id>(fact - left);
    }
    into.supporting_counts(b) = facts;
  }
}

std::size_t StorySet::questions(std::size_t first) const {
  std::size_t end = first;
  while (end < examples_.size() && examples_[end].story == examples_[first].story) ++end;
  return end - first;
}

void StorySet::read(std::size_t first, WordReader& reader) const {
  const std::size_t end = first + questions(first);
  std::uint32_t told = 0;
  for (std::size_t question = first; question < end; ++question) {
    const Example& example = examples_[question];
    for (; told < example.statements; ++told)
      reader.read_statement(words_of(statements_[example.first_statement + told]));
    reader.read_question(words_of(example.question));
    reader.answer(words_of(example.answer));
  }
}

void StorySet::read_stories(std::span<const std::uint32_t> firsts, const WordView& view,
                            SequenceBatch& into) const {
  std::size_t steps = 0;
  for (const std::uint32_t first : firsts) {
    WordReader counted(view);
    read(first, counted);
    steps = std::max(steps, counted.steps());
  }
  reset(into, steps, firsts.size(), view.channels(), view.classes());
  for (std::size_t b = 0; b < firsts.size(); ++b) {
    WordReader reader(view, into, b);
    read(firsts[b], reader);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
