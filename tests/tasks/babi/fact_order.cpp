// The order of reasoning in which the published data has the supporting facts of each kind.
#include <algorithm>

#include "tests/tasks/babi/reader.hpp"
#include "tests/tasks/babi/solver.hpp"

namespace tapehead::testing {
namespace {

bool has(const Words& words, const std::string& word) { return index_of(words, word) < words.size(); }

// "The box of chocolates" does not name the box.
bool names(const Words& words, const Words& phrase) {
  for (auto rest = words.begin();;) {
    const auto found = std::ranges::search(rest, words.end(), phrase.begin(), phrase.end());
    if (found.empty()) return false;
    if (found.end() == words.end() || *found.end() != "of") return true;
    rest = found.end();
  }
}

// The thing that a question about size has on its bigger side.
Words bigger_side(const Words& question) {
  const std::size_t bigger = index_of(question, "bigger"), fit = index_of(question, "fit");
  if (bigger < question.size())
    return {question.begin() + 1, question.begin() + static_cast<std::ptrdiff_t>(bigger)};
  return {question.begin() + static_cast<std::ptrdiff_t>(fit) + 2, question.end()};
}

}  // namespace

bool facts_in_order(std::size_t kind, const Story& story, const Question& question) {
  const auto& facts = question.supporting_facts;
  const auto& words = question.words;
  const auto fact = [&](std::size_t i) -> const Words& { return story.statements[facts[i]]; };
  switch (kind) {
    case 2:  // how the object was handled last, where its carrier was
      return facts.size() == 2 && has(fact(0), words.back()) && fact(1).back() == question.answer;
    case 3:  // how it was handled last, the move to the place, the one before
      return facts.size() == 3 && has(fact(0), words[3]) && fact(1).back() == words.back() &&
             fact(2).back() == question.answer && facts[1] > facts[2];
    case 7:
    case 11:
    case 13:
      return std::ranges::is_sorted(facts);
    case 8: {                          // object by object, the one first that was first got
      std::vector<std::size_t> first;  // by fact, the first about the same object
      for (const std::size_t i : facts) {
        const std::string& object = story.statements[i][index_of(story.statements[i], "the") + 1];
        first.push_back(
            *std::ranges::find_if(facts, [&](std::size_t j) { return has(story.statements[j], object); }));
      }
      for (std::size_t i = 1; i < facts.size(); ++i)
        if (first[i] < first[i - 1] || (first[i] == first[i - 1] && facts[i] < facts[i - 1])) return false;
      return true;
    }
    case 14:  // the visit, the one before
      return facts.size() == 2 && has(fact(0), words.back()) && has(fact(1), question.answer);
    case 15:  // the kind, its fear
      return facts.size() == 2 && fact(0)[0] == words[2] && has(fact(1), "are");
    case 16:  // the kind, another one of the kind, its color
      return facts.size() == 3 && fact(0)[0] == words.back() && fact(1).back() == fact(0).back() &&
             fact(2)[0] == fact(1)[0] && fact(2).back() == question.answer;
    case 17: {  // the one that is asked about, the other
      const Words subject(words.begin() + 2, words.begin() + (words[2] == "triangle" ? 3 : 4));
      return facts.size() == 2 && names(fact(0), subject) && !names(fact(1), subject);
    }
    case 18: {  // from the one that a yes makes the bigger
      const Words side = bigger_side(words);
      return facts.size() == 2 && names(fact(0), side) && !names(fact(1), side);
    }
    case 19:  // from the start
      return facts.size() == 2 && has(fact(0), words[6]) && has(fact(1), words.back());
    default:
      return facts.size() == 1;
  }
}

}  // namespace tapehead::testing
