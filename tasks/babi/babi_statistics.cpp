// What is asked and answered in the questions of a task, however models read them.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tasks/babi/babi.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

std::vector<std::size_t> Babi::tasks() const {
  std::set<std::size_t> numbers;
  for (const std::uint32_t example : train_) numbers.insert(stories_->task(example));
  return {numbers.begin(), numbers.end()};
}

std::vector<StoryBatch::Id> Babi::text_of(Split split, std::size_t example) const {
  std::vector<StoryBatch::Id> text;
  for_each_question({of(split)[example]}, [&](std::size_t question) {
    const std::vector<StoryBatch::Id> asked = stories_->text(question);
    const Answer answer = stories_->answer(question);
    text.insert(text.end(), asked.begin(), asked.end());
    text.insert(text.end(), answer.begin(), answer.end());
    text.push_back(0);
  });
  return text;
}

double Babi::most_frequent_answer_error(Split split) const {
  using AnswerWords = std::vector<StoryBatch::Id>;
  const auto answer = [&](std::size_t question) {
    const Answer words = stories_->answer(question);
    return AnswerWords(words.begin(), words.end());
  };
  std::map<std::size_t, std::map<AnswerWords, std::size_t>> counts;  // of a task's answers
  for_each_question(train_,
                    [&](std::size_t question) { ++counts[stories_->task(question)][answer(question)]; });
  std::map<std::size_t, AnswerWords> guesses;
  for (const auto& [task, answers] : counts)
    guesses[task] = std::ranges::max_element(answers, {}, [](const auto& one) { return one.second; })->first;
  std::size_t wrong = 0, asked = 0;
  for_each_question(of(split), [&](std::size_t question) {
    const AnswerWords right = answer(question);
    wrong += std::ranges::count(right, 0) > 0 || guesses[stories_->task(question)] != right ? 1 : 0;
    ++asked;
  });
  return static_cast<double>(wrong) / static_cast<double>(asked);
}

double Babi::chance() const {
  std::map<StoryBatch::Id, double> counts;
  double words = 0;
  for_each_question(train_, [&](std::size_t question) {
    for (const StoryBatch::Id word : stories_->answer(question)) ++counts[word], ++words;
  });
  double entropy = 0;
  for (const auto& [answer, count] : counts) entropy -= count / words * std::log(count / words);
  return entropy * words / static_cast<double>(train_.size());
}

std::size_t Babi::questions(Split split) const {
  std::size_t count = 0;
  for_each_question(of(split), [&](std::size_t) { ++count; });
  return count;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
