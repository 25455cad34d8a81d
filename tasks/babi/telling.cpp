#include "tasks/babi/telling.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// The first word of `text`, which loses it and the blank behind it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

Words filled(std::string_view pattern, Telling::Fillings fillings) {
  Words words;
  const auto* filling = fillings.begin();
  while (!pattern.empty()) {
    std::string_view word = take_word(pattern);
    if (word != "_") {
      words.emplace_back(word);
      continue;
    }
    std::string_view phrase = *filling++;
    while (!phrase.empty()) words.emplace_back(take_word(phrase));
  }
  return words;
}

}  // namespace

std::size_t Telling::say(std::string_view pattern, Fillings fillings) {
  story_.statements.push_back(filled(pattern, fillings));
  return story_.statements.size() - 1;
}

void Telling::ask(std::string_view pattern, Fillings fillings, std::string_view answer,
                  std::vector<std::size_t> supporting_facts) {
  story_.questions.push_back({.statements = story_.statements.size(),
                              .words = filled(pattern, fillings),
                              .answer = std::string(answer),
                              .supporting_facts = std::move(supporting_facts)});
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
