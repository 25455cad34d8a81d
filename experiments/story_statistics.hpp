// What stories with questions are like, in numbers: to hold those that are generated against those of files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/csv.hpp"
#include "experiments/statistics.hpp"
#include "tasks/babi/story_text.hpp"

namespace tapehead {

/// The numbers of one bAbI task's questions.
struct StoryStatistics {
  std::size_t questions = 0;
  double sentences = 0;        // statements before a question, mean
  Spread sentences_spread{};   // their median and quartiles
  double words = 0;            // of a statement, mean over the statements of all stories, each once
  std::size_t vocabulary = 0;  // different words of statements and questions
  std::size_t answers = 0;     // different ones
  double most_frequent = 0;    // share of the most frequent answer
  double facts = 0;            // supporting facts of a question, mean
};

/// Of all stories of these sets together. Throws std::invalid_argument if there is no question.
StoryStatistics statistics_of(const std::vector<const std::vector<Story>*>& sets);

/// The same of one task from two sources.
struct ComparedTask {
  std::size_t task;
  StoryStatistics generated, other;
  std::size_t only_generated = 0;  // words of statements and questions that the other does not have
  std::size_t only_other = 0;      // and the other way round
};

/// Compares generated stories with those of directories of bAbI files, training and test questions together, for these
/// tasks. `questions` and `test` of each task are generated, as by the command `generate` with that seed.
/// Throws UnavailableError, IoError and DataError: see story_files.hpp and story_text.hpp.
std::vector<ComparedTask> compare_stories(const std::vector<std::size_t>& tasks, std::size_t questions,
                                          std::size_t test, std::size_t seed,
                                          const std::vector<std::filesystem::path>& directories);

/// As a table for people: two rows a task, "generated" and `name`.
void write_comparison(std::ostream& out, const std::vector<ComparedTask>& tasks, const std::string& name);

/// The same as a table of numbers, columns: task, stories (generated, or `name`), questions, sentences_mean,
/// sentences_lower_quartile, sentences_median, sentences_upper_quartile, words_a_sentence, vocabulary, words_only_here,
/// answers, most_frequent_answer, supporting_facts.
CsvTable comparison_cells(const std::vector<ComparedTask>& tasks, const std::string& name);

}  // namespace tapehead
