// The solver's reading of how things lie and compare.
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "tests/tasks/babi/reader.hpp"

namespace tapehead::testing {
namespace {

using Step = std::pair<int, int>;  // to the east or right, to the north or up

const std::map<std::string, Step> kSteps = {{"north", {0, 1}}, {"south", {0, -1}}, {"east", {1, 0}},
                                            {"west", {-1, 0}}, {"above", {0, 1}},  {"below", {0, -1}},
                                            {"right", {1, 0}}, {"left", {-1, 0}}};

Step reverse(Step step) { return {-step.first, -step.second}; }

// "is the A above the B" and "the A is to the right of the B": from A to B it is the reverse of the step.
struct Relation {
  std::string subject;
  Step step;
  std::string object;
};

// What stands from `begin` to `end`, without words that carry no meaning here.
std::string name(const Words& words, std::size_t begin, std::size_t end) {
  const std::set<std::string> empty = {"the", "is", "to", "of", "a", "does", "than"};
  std::string result;
  for (std::size_t i = begin; i < end; ++i)
    if (!empty.contains(words[i]) || (words[i] == "of" && !result.empty())) result += ' ' + words[i];
  return result;
}

Relation relation(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto step = kSteps.find(words[i]);
    if (step != kSteps.end()) return {name(words, 0, i), step->second, name(words, i + 1, words.size())};
  }
  return {};
}

using Neighbours = std::map<std::string, std::vector<std::pair<std::string, Step>>>;

Neighbours neighbours(std::span<const Words> statements) {
  Neighbours result;
  for (const Words& words : statements) {
    const Relation r = relation(words);
    result[r.object].emplace_back(r.subject, r.step);
    result[r.subject].emplace_back(r.object, reverse(r.step));
  }
  return result;
}

// A shortest way between two things; none if they are not connected.
std::optional<std::vector<Step>> steps(const Neighbours& beside, const std::string& from,
                                       const std::string& to) {
  std::map<std::string, std::vector<Step>> found = {{from, {}}};
  std::deque<std::string> open = {from};
  while (!open.empty() && !found.contains(to)) {
    const std::string here = open.front();
    open.pop_front();
    const auto next = beside.find(here);
    if (next == beside.end()) continue;
    for (const auto& [there, step] : next->second) {
      if (found.contains(there)) continue;
      found[there] = found[here];
      found[there].push_back(step);
      open.push_back(there);
    }
  }
  if (!found.contains(to)) return std::nullopt;
  return found[to];
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

}  // namespace

std::string beside(std::span<const Words> statements, const Words& question) {
  Words rest(question.begin() + 1, question.end());  // without "what"
  const Relation asked = relation(rest);
  const bool asks_subject = asked.subject.empty();
  std::string answer;
  for (const Words& words : statements) {
    const Relation told = relation(words);
    for (const Relation& r : {told, Relation{told.object, reverse(told.step), told.subject}}) {
      if (r.step != asked.step) continue;
      if (asks_subject && r.object == asked.object) answer = r.subject;
      if (!asks_subject && r.subject == asked.subject) answer = r.object;
    }
  }
  return answer.empty() ? answer : answer.substr(1);
}

std::string lies_so(std::span<const Words> statements, const Words& question) {
  const Relation asked = relation(question);
  const auto way = steps(neighbours(statements), asked.object, asked.subject);
  if (!way) return {};
  int forward = 0;
  for (const Step& step : *way) forward += step.first * asked.step.first + step.second * asked.step.second;
  return yes_or_no(forward > 0);
}

std::string way(std::span<const Words> statements, const Words& question) {
  const std::size_t from = index_of(question, "from"), to = index_of(question, "to");
  const auto found =
      steps(neighbours(statements), name(question, from + 1, to), name(question, to + 1, question.size()));
  if (!found) return {};
  std::string letters;
  for (const auto& [east, north] : *found) {
    if (!letters.empty()) letters += ',';
    letters += east > 0 ? 'e' : east < 0 ? 'w' : north > 0 ? 'n' : 's';
  }
  return letters;
}

std::string compares_so(std::span<const Words> statements, const Words& question) {
  // The smaller one and the bigger one, also of a question as it puts it.
  const auto compared = [](const Words& words) -> std::pair<std::string, std::string> {
    const std::size_t bigger = index_of(words, "bigger");
    if (bigger < words.size()) return {name(words, bigger + 1, words.size()), name(words, 0, bigger)};
    std::size_t fits = 0;
    while (words[fits] != "fits" && words[fits] != "fit") ++fits;
    return {name(words, 0, fits), name(words, fits + 2, words.size())};
  };
  std::map<std::string, std::set<std::string>> bigger;  // than the key
  for (const Words& words : statements) {
    const auto [small, big] = compared(words);
    bigger[small].insert(big);
  }
  const auto exceeds = [&](const std::string& big, const std::string& small) {
    std::set<std::string> found;
    std::deque<std::string> open = {small};
    while (!open.empty()) {
      for (const std::string& next : bigger[open.front()])
        if (found.insert(next).second) open.push_back(next);
      open.pop_front();
    }
    return found.contains(big);
  };
  const auto [small, big] = compared(question);
  if (exceeds(big, small)) return "yes";
  return exceeds(small, big) ? "no" : "";
}

}  // namespace tapehead::testing
