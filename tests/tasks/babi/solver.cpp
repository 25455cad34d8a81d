#include "tests/tasks/babi/solver.hpp"

#include <algorithm>
#include <set>

#include "tests/tasks/babi/reader.hpp"

namespace tapehead::testing {
namespace {

std::string where_is(const Reader& reader, const std::string& person) {
  return reader.whereabouts(person).place;
}

std::string is_in(const Reader& reader, const std::string& person, const std::string& place) {
  const Whereabouts where = reader.whereabouts(person);
  if (!where.place.empty()) return where.place == place ? "yes" : "no";
  if (where.excluded.contains(place)) return "no";
  if (!where.options.empty()) return where.options.contains(place) ? "maybe" : "no";
  return {};
}

// Where an object was before it last came to a place.
std::string object_before(const Reader& reader, const std::string& object, const std::string& place) {
  const std::vector<std::string> stays = reader.stays(object);
  for (std::size_t i = stays.size(); i-- > 1;)
    if (stays[i] == place) return stays[i - 1];
  return {};
}

// "What did A give to B", "who gave the O [to B]", "who received the O", "who did A give the O to".
std::string gift(const Reader& reader, const Words& question) {
  const bool asks_object = question[0] == "what", asks_giver = question[1] == "gave";
  const std::size_t article = index_of(question, "the"), to = index_of(question, "to");
  const std::string object = article < question.size() ? question[article + 1] : "";
  const std::string receiver = to + 1 < question.size() ? question[to + 1] : "";
  const std::string giver = question[1] == "did" ? question[2] : "";
  for (auto gift = reader.gifts().rbegin(); gift != reader.gifts().rend(); ++gift) {
    const auto matches = [](const std::string& wanted, const std::string& found) {
      return wanted.empty() || wanted == found;
    };
    if (matches(object, gift->object) && matches(giver, gift->giver) && matches(receiver, gift->receiver))
      return asks_object ? gift->object : asks_giver ? gift->giver : gift->receiver;
  }
  return {};
}

std::string how_many(const Reader& reader, const std::string& person) {
  constexpr const char* kNumbers[] = {"none", "one", "two", "three"};
  const std::size_t number = reader.carried(person).size();
  return number < std::size(kNumbers) ? kNumbers[number] : "";
}

std::string which(const Reader& reader, const std::string& person) {
  std::string list;
  for (const std::string& object : reader.carried(person)) list += (list.empty() ? "" : ",") + object;
  return list.empty() ? "nothing" : list;
}

// Of the moves of a person by the time of day, where the one before the last to a place went.
std::string person_before(std::span<const Words> statements, const std::string& person,
                          const std::string& place) {
  const Words times = {"yesterday", "morning", "afternoon", "evening"};
  std::vector<std::string> at(times.size());
  for (const Words& words : statements) {
    if (index_of(words, person) == words.size()) continue;
    for (std::size_t time = 0; time < times.size(); ++time)
      if (index_of(words, times[time]) < words.size()) at[time] = words[index_of(words, "the") + 1];
  }
  std::erase(at, "");
  for (std::size_t i = at.size(); i-- > 1;)
    if (at[i] == place) return at[i - 1];
  return {};
}

std::string singular(const std::string& many) {
  if (many == "mice") return "mouse";
  if (many == "wolves") return "wolf";
  return many == "cats" ? "cat" : many;
}

// "Mice are afraid of cats", "emily is a mouse".
std::string fear_of(std::span<const Words> statements, const std::string& name) {
  std::string kind;
  for (const Words& words : statements)
    if (words[0] == name) kind = words.back();
  for (const Words& words : statements)
    if (words[1] == "are" && singular(words[0]) == kind) return singular(words.back());
  return {};
}

// The color of the one of the same kind that was told of last, of those whose color is known.
std::string color_of(std::span<const Words> statements, const std::string& name) {
  const auto told = [&](const std::string& who, bool kind) -> std::string {
    for (const Words& words : statements)
      if (words[0] == who && (words[2] == "a") == kind) return words.back();
    return {};
  };
  std::string color = told(name, false);
  if (!color.empty()) return color;
  for (const Words& words : statements) {
    if (words[2] != "a" || words[0] == name || words.back() != told(name, true)) continue;
    const std::string others = told(words[0], false);
    if (!others.empty()) color = others;
  }
  return color;
}

// "Where will A go", "why did A go to the P", "why did A get the O".
std::string motive(std::span<const Words> statements, const Words& question) {
  std::string state;
  for (const Words& words : statements)
    if (words[0] == question[2] && words[1] == "is") state = words[2];
  if (question[0] == "why" || state.empty()) return state;
  return state == "tired" ? "bedroom" : state == "bored" ? "garden" : "kitchen";
}

}  // namespace

std::string solve(std::size_t kind, std::span<const Words> statements, const Words& question) {
  switch (kind) {
    case 4:
      return beside(statements, question);
    case 14:
      return person_before(statements, question[2], question.back());
    case 15:
      return fear_of(statements, question[2]);
    case 16:
      return color_of(statements, question.back());
    case 17:
      return lies_so(statements, question);
    case 18:
      return compares_so(statements, question);
    case 19:
      return way(statements, question);
    case 20:
      return motive(statements, question);
    default:
      break;
  }
  Reader reader;
  for (const Words& words : statements) reader.read(words);
  switch (kind) {
    case 1:
    case 11:
    case 12:
    case 13:
      return where_is(reader, question.back());
    case 2: {
      const std::vector<std::string> stays = reader.stays(question.back());
      return stays.empty() ? "" : stays.back();
    }
    case 3:
      return object_before(reader, question[3], question.back());
    case 5:
      return gift(reader, question);
    case 6:
    case 9:
    case 10:
      return is_in(reader, question[1], question.back());
    case 7:
      return how_many(reader, question[4]);
    case 8:
      return which(reader, question[2]);
    default:
      return {};
  }
}

std::string solve(std::size_t kind, const Story& story, const Question& question) {
  return solve(kind, std::span(story.statements).first(question.statements), question.words);
}

std::string solve_from_facts(std::size_t kind, const Story& story, const Question& question) {
  const std::set<std::size_t> facts(question.supporting_facts.begin(), question.supporting_facts.end());
  std::vector<Words> statements;
  for (const std::size_t fact : facts) statements.push_back(story.statements[fact]);
  return solve(kind, statements, question.words);
}

}  // namespace tapehead::testing
