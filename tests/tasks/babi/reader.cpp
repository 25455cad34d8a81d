// Reader: people, their places and what they carry.
#include "tests/tasks/babi/reader.hpp"

#include <algorithm>

namespace tapehead::testing {
namespace {

bool is_any_of(const std::string& word, const std::set<std::string>& list) { return list.contains(word); }

const std::set<std::string> kLeads = {"then", "afterwards", "after", "following", "that"};
const std::set<std::string> kPronouns = {"he", "she", "they"};
const std::set<std::string> kGets = {"got", "took", "grabbed", "picked"};
const std::set<std::string> kDrops = {"dropped", "left", "discarded", "put"};
const std::set<std::string> kGives = {"gave", "handed", "passed"};

}  // namespace

std::size_t index_of(const Words& words, const std::string& word) {
  return static_cast<std::size_t>(std::ranges::find(words, word) - words.begin());
}

void Reader::read(const Words& statement) {
  std::size_t next = 0;
  while (is_any_of(statement[next], kLeads)) ++next;
  if (is_any_of(statement[next], kPronouns)) {
    ++next;
  } else {
    subjects_ = {statement[next++]};
    if (statement[next] == "and") {
      subjects_.push_back(statement[next + 1]);
      next += 2;
    }
  }
  const std::string& verb = statement[next];
  const std::size_t article = index_of(statement, "the");
  const std::string& noun = statement[article + 1];
  const std::string& person = subjects_.front();
  if (verb == "is") {
    Whereabouts now;
    const std::string& how = statement[next + 1];
    if (how == "not" || how == "no")
      now.excluded = {noun};
    else if (how == "either")
      now.options = {noun, statement.back()};
    else
      now.place = noun;
    people_[person] = now;
  } else if (is_any_of(verb, kGets)) {
    take(person, noun);
  } else if (is_any_of(verb, kDrops)) {
    drop(person, noun);
  } else if (is_any_of(verb, kGives)) {
    gifts_.push_back({person, noun, statement.back()});
    take(statement.back(), noun);
  } else {
    for (const std::string& subject : subjects_) go(subject, noun);
  }
}

void Reader::go(const std::string& person, const std::string& place) {
  people_[person] = {.place = place, .options = {}, .excluded = {}};
  visits_[person].push_back(place);
  for (auto& [object, thing] : things_)
    if (thing.holder == person) thing.stays.push_back(place);
}

void Reader::take(const std::string& person, const std::string& object) {
  auto& had = had_[person];
  if (std::ranges::find(had, object) == had.end()) had.push_back(object);
  Thing& thing = things_[object];
  thing.holder = person;
  thing.known = true;
  const std::string place = whereabouts(person).place;
  if (!place.empty() && (thing.stays.empty() || thing.stays.back() != place)) thing.stays.push_back(place);
}

// Who drops what nobody is known to have got had it all the time.
void Reader::drop(const std::string& person, const std::string& object) {
  Thing& thing = things_[object];
  if (!thing.known) thing.stays = visits_[person];
  thing.known = true;
  thing.holder.clear();
}

Whereabouts Reader::whereabouts(const std::string& person) const {
  const auto found = people_.find(person);
  return found == people_.end() ? Whereabouts{} : found->second;
}

std::vector<std::string> Reader::carried(const std::string& person) const {
  std::vector<std::string> result;
  const auto had = had_.find(person);
  if (had == had_.end()) return result;
  for (const std::string& object : had->second)
    if (things_.at(object).holder == person) result.push_back(object);
  return result;
}

std::vector<std::string> Reader::stays(const std::string& object) const {
  const auto found = things_.find(object);
  return found == things_.end() ? std::vector<std::string>{} : found->second.stays;
}

}  // namespace tapehead::testing
