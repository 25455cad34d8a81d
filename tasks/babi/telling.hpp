// A story as it is told: statements from patterns, questions about them, and the draws that decide between words.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/tensor/random.hpp"
#include "tasks/babi/story_text.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline constexpr std::size_t kQuestionsOfStory = 5;
inline constexpr std::size_t kRecentClauses = 5;  // what is asked about was named in one of so many
inline constexpr auto kMoved =
    std::to_array<std::string_view>({"moved to", "went to", "went back to", "journeyed to", "travelled to"});
inline constexpr auto kGot = std::to_array<std::string_view>({"got", "took", "grabbed", "picked up"});

class Telling {
 public:
  using Fillings = std::initializer_list<std::string_view>;

  explicit Telling(Draws& draws) : draws_(draws) {}

  /// Adds the statement that `pattern` gives with one filling, of one or more words, for every "_" in it.
  /// Returns its number, from 0.
  std::size_t say(std::string_view pattern, Fillings fillings);

  /// The same for a question about the statements so far.
  void ask(std::string_view pattern, Fillings fillings, std::string_view answer,
           std::vector<std::size_t> supporting_facts);

  /// Two statements by `say()` and, where `ask()` can, a question, until there are kQuestionsOfStory.
  template <class Say, class Ask>
  void take_turns(const Say& say, const Ask& ask) {
    while (story_.questions.size() < kQuestionsOfStory) {
      say();
      say();
      ask();
    }
  }

  std::size_t below(std::size_t n) { return draws_.below(n); }

  /// Below n and not `excluded`.
  std::size_t below_except(std::size_t n, std::size_t excluded) {
    const std::size_t drawn = below(n - 1);
    return drawn < excluded ? drawn : drawn + 1;
  }

  bool chance(double probability) { return draws_.uniform() < probability; }
  bool coin() { return below(2) == 1; }

  template <class List>
  typename List::value_type one_of(const List& list) {
    return list[below(list.size())];
  }

  template <class List>
  void shuffle(List& list) {
    for (std::size_t n = list.size(); n > 1; --n) std::swap(list[n - 1], list[below(n)]);
  }

  Draws& draws() { return draws_; }
  std::size_t statements() const { return story_.statements.size(); }
  Story& story() { return story_; }

 private:
  Draws& draws_;
  Story story_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
