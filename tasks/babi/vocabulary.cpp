#include "tasks/babi/vocabulary.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace tapehead::inline TAPEHEAD_PRECISION {

Vocabulary::Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {
  std::ranges::sort(words_);
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
  for (const std::string& word : words_) ids_.emplace(word, static_cast<Id>(ids_.size() + 1));
}

Vocabulary Vocabulary::of(const std::vector<const std::vector<Story>*>& sets, bool apart) {
  std::unordered_set<std::string> words;
  for (const std::vector<Story>* const stories : sets) {
    for (const Story& story : *stories) {
      for (const Words& statement : story.statements) words.insert(statement.begin(), statement.end());
      for (const Question& question : story.questions) {
        words.insert(question.words.begin(), question.words.end());
        const Words answer = apart ? words_of_answer(question.answer) : Words{question.answer};
        words.insert(answer.begin(), answer.end());
      }
    }
  }
  return Vocabulary({words.begin(), words.end()});
}

Vocabulary::Id Vocabulary::id(const std::string& word) const {
  const auto found = ids_.find(word);
  return found != ids_.end() ? found->second : 0;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
