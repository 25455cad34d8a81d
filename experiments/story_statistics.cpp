#include "experiments/story_statistics.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "experiments/text_table.hpp"
#include "framework/tensor/random.hpp"
#include "tasks/babi/generator.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead {
namespace {

using Sets = std::vector<const std::vector<Story>*>;

std::set<std::string> vocabulary_of(const Sets& sets) {
  std::set<std::string> words;
  for (const std::vector<Story>* const stories : sets) {
    for (const Story& story : *stories) {
      for (const Words& statement : story.statements) words.insert(statement.begin(), statement.end());
      for (const Question& question : story.questions)
        words.insert(question.words.begin(), question.words.end());
    }
  }
  return words;
}

std::size_t only_in_first(const std::set<std::string>& first, const std::set<std::string>& second) {
  return static_cast<std::size_t>(
      std::ranges::count_if(first, [&](const std::string& word) { return !second.contains(word); }));
}

std::string fixed(double number, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << number;
  return text.str();
}

}  // namespace

StoryStatistics statistics_of(const Sets& sets) {
  StoryStatistics found;
  std::vector<double> sentences;
  std::map<std::string, std::size_t> answers;
  std::size_t statements = 0, words = 0, facts = 0;
  for (const std::vector<Story>* const stories : sets) {
    for (const Story& story : *stories) {
      statements += story.statements.size();
      for (const Words& statement : story.statements) words += statement.size();
      for (const Question& question : story.questions) {
        sentences.push_back(static_cast<double>(question.statements));
        ++answers[question.answer];
        facts += question.supporting_facts.size();
      }
    }
  }
  if (sentences.empty()) throw std::invalid_argument("statistics of stories: there is no question");
  const auto questions = static_cast<double>(sentences.size());
  std::size_t most = 0;
  for (const auto& [answer, count] : answers) most = std::max(most, count);
  found.questions = sentences.size();
  found.sentences = mean(sentences);
  found.sentences_spread = spread(sentences);
  found.words = static_cast<double>(words) / static_cast<double>(std::max<std::size_t>(1, statements));
  found.vocabulary = vocabulary_of(sets).size();
  found.answers = answers.size();
  found.most_frequent = static_cast<double>(most) / questions;
  found.facts = static_cast<double>(facts) / questions;
  return found;
}

std::vector<ComparedTask> compare_stories(const std::vector<std::size_t>& tasks, std::size_t questions,
                                          std::size_t test, std::size_t seed,
                                          const std::vector<std::filesystem::path>& directories) {
  const RandomStream stream(seed, "stories");
  std::vector<ComparedTask> compared;
  for (const std::size_t task : tasks) {
    const TaskFiles files = task_files(directories, task);
    std::vector<std::vector<Story>> theirs = {read_stories(files.train), read_stories(files.test)};
    if (files.validation) theirs.push_back(read_stories(*files.validation));
    const std::vector<Story> train = generate_stories(task, questions, stream.child("train")),
                             tested = generate_stories(task, test, stream.child("test"));
    const Sets generated = {&train, &tested};
    Sets other;
    for (const std::vector<Story>& stories : theirs) other.push_back(&stories);
    const std::set<std::string> our_words = vocabulary_of(generated), their_words = vocabulary_of(other);
    compared.push_back({task, statistics_of(generated), statistics_of(other),
                        only_in_first(our_words, their_words), only_in_first(their_words, our_words)});
  }
  return compared;
}

void write_comparison(std::ostream& out, const std::vector<ComparedTask>& tasks, const std::string& name) {
  std::vector<TextColumn> columns = {{"task", Align::right}, {"stories"}};
  for (const char* const title : {"questions", "sentences", "quartiles", "words a sentence", "vocabulary",
                                  "words only here", "answers", "most frequent", "supporting facts"})
    columns.push_back({title, Align::right});
  std::vector<std::vector<std::string>> rows;
  for (const ComparedTask& task : tasks) {
    const auto add = [&](const std::string& number, const std::string& stories, const StoryStatistics& s,
                         std::size_t only) {
      const Spread& quartiles = s.sentences_spread;
      rows.push_back({number, stories, std::to_string(s.questions), fixed(s.sentences, 1),
                      csv_number(quartiles.lower_quartile) + "–" + csv_number(quartiles.median) + "–" +
                          csv_number(quartiles.upper_quartile),
                      fixed(s.words, 2), std::to_string(s.vocabulary), std::to_string(only),
                      std::to_string(s.answers), fixed(100 * s.most_frequent, 1) + " %", fixed(s.facts, 2)});
    };
    add(std::to_string(task.task), "generated", task.generated, task.only_generated);
    add(" ", name, task.other, task.only_other);
  }
  write_text_table(out, columns, rows);
}

CsvTable comparison_cells(const std::vector<ComparedTask>& tasks, const std::string& name) {
  CsvTable table;
  for (const ComparedTask& task : tasks) {
    const auto add = [&](const std::string& stories, const StoryStatistics& s, std::size_t only) {
      table.add({{"task", std::to_string(task.task)},
                 {"stories", stories},
                 {"questions", std::to_string(s.questions)},
                 {"sentences_mean", csv_number(s.sentences)},
                 {"sentences_lower_quartile", csv_number(s.sentences_spread.lower_quartile)},
                 {"sentences_median", csv_number(s.sentences_spread.median)},
                 {"sentences_upper_quartile", csv_number(s.sentences_spread.upper_quartile)},
                 {"words_a_sentence", csv_number(s.words)},
                 {"vocabulary", std::to_string(s.vocabulary)},
                 {"words_only_here", std::to_string(only)},
                 {"answers", std::to_string(s.answers)},
                 {"most_frequent_answer", csv_number(s.most_frequent)},
                 {"supporting_facts", csv_number(s.facts)}});
    };
    add("generated", task.generated, task.only_generated);
    add(name, task.other, task.only_other);
  }
  return table;
}

}  // namespace tapehead
