// The kinds about how things lie and compare: 4, 17, 18 and 19.
#include <algorithm>
#include <optional>

#include "tasks/babi/stories.hpp"
#include "tasks/babi/telling.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr auto kRooms =
    std::to_array<std::string_view>({"bathroom", "bedroom", "garden", "hallway", "kitchen", "office"});
constexpr double kMoreOften = 2.0 / 3;  // a preference that several choices of the published data show

// Opposite directions are 0 and 1, and 2 and 3.
constexpr auto kWinds = std::to_array<std::string_view>({"north", "south", "east", "west"});
constexpr auto kSteps = std::to_array<std::string_view>({"n", "s", "e", "w"});
constexpr auto kSides =
    std::to_array<std::string_view>({"above", "below", "to the right of", "to the left of"});
constexpr std::size_t kDirections = 4;
constexpr std::size_t opposite(std::size_t direction) { return direction ^ 1; }
constexpr bool same_axis(std::size_t a, std::size_t b) { return a / 2 == b / 2; }

// `subject` lies in `direction` of `object`.
struct Relation {
  std::size_t subject;
  std::size_t direction;
  std::size_t object;

  Relation reversed() const { return {object, opposite(direction), subject}; }
};

// The first n of a shuffled list.
template <class List>
std::vector<std::string_view> any_of(Telling& telling, List list, std::size_t n) {
  telling.shuffle(list);
  return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(n)};
}

constexpr auto kShapes = std::to_array<std::string_view>(
    {"blue square", "pink rectangle", "red sphere", "red square", "triangle", "yellow square"});

// By size where the index alone tells it; the others, from kFirstOfAnySize on, have another order in each story.
constexpr auto kThings = std::to_array<std::string_view>(
    {"chocolate", "box of chocolates", "suitcase", "container", "chest", "box"});
constexpr std::size_t kFirstOfAnySize = 2;

struct Comparison {
  std::size_t bigger;
  std::size_t smaller;
};

// What supports the relation of two things that no question compares directly: `recent` and, of the statements that
// continue it upwards or downwards, the first.
std::optional<std::size_t> first_continuing(const std::vector<Comparison>& known, std::size_t recent,
                                            bool downwards) {
  for (std::size_t i = 0; i < known.size(); ++i)
    if (downwards ? known[recent].smaller == known[i].bigger : known[recent].bigger == known[i].smaller)
      return i;
  return std::nullopt;
}

}  // namespace

Story two_arg_relations(Draws& draws) {
  Telling telling(draws);
  const auto rooms = any_of(telling, kRooms, 3);
  // Three rooms in a row: the third continues from the first or the second.
  const std::size_t direction = telling.below(kDirections);
  const Relation first = {0, direction, 1};
  const Relation next =
      telling.chance(kMoreOften) ? Relation{2, opposite(direction), 1} : Relation{2, direction, 0};
  const std::array relations = {first, telling.chance(kMoreOften) ? next : next.reversed()};
  for (const Relation& r : relations)
    telling.say("the _ is _ of the _", {rooms[r.subject], kWinds[r.direction], rooms[r.object]});
  const std::size_t fact = telling.below(relations.size());
  const auto [subject, wind, object] = relations[fact];
  if (telling.coin())
    telling.ask("what is _ of the _", {kWinds[wind], rooms[object]}, rooms[subject], {fact});
  else
    telling.ask("what is the _ _ of", {rooms[object], kWinds[opposite(wind)]}, rooms[subject], {fact});
  return std::move(telling.story());
}

Story positional_reasoning(Draws& draws) {
  constexpr std::size_t kQuestions = 8;
  Telling telling(draws);
  const auto shapes = any_of(telling, kShapes, 3);
  // 1 lies in directions[0] of 0 and 2 in directions[1] of it, another direction.
  const std::size_t towards = telling.below(kDirections);
  const std::array directions = {towards, telling.below_except(kDirections, towards)};
  for (std::size_t i = 0; i < directions.size(); ++i) {
    Relation r = {i + 1, directions[i], 0};
    if (telling.chance(kMoreOften)) r = r.reversed();
    telling.say("the _ is _ the _", {shapes[r.subject], kSides[r.direction], shapes[r.object]});
  }
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const std::size_t subject = telling.below(2);  // asked about, and the fact that names it
    const std::size_t other = 1 - subject;
    const auto holds = [&](std::size_t side) {
      return side == directions[subject] || side == opposite(directions[other]);
    };
    const bool yes = telling.coin();
    std::size_t side = telling.below(kDirections);
    while (holds(side) != yes) side = telling.below(kDirections);
    telling.ask("is the _ _ the _", {shapes[subject + 1], kSides[side], shapes[other + 1]},
                yes ? "yes" : "no", {subject, other});
  }
  return std::move(telling.story());
}

Story size_reasoning(Draws& draws) {
  constexpr std::size_t kAtOnce = 5;  // statements, and the most recent
  Telling telling(draws);
  std::array<std::size_t, kThings.size()> size{};
  for (std::size_t i = 0; i < size.size(); ++i) size[i] = i;
  for (std::size_t i = size.size() - 1; i > kFirstOfAnySize; --i)
    std::swap(size[i], size[kFirstOfAnySize + telling.below(i + 1 - kFirstOfAnySize)]);

  std::vector<Comparison> known;
  const auto answerable = [&] {
    for (std::size_t i = known.size() - std::min(known.size(), kAtOnce); i < known.size(); ++i)
      if (first_continuing(known, i, true) || first_continuing(known, i, false)) return true;
    return false;
  };
  while (!answerable()) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const std::size_t a = telling.below(kThings.size()), b = telling.below_except(kThings.size(), a);
      known.push_back(size[a] > size[b] ? Comparison{a, b} : Comparison{b, a});
      const std::string_view big = kThings[known.back().bigger], small = kThings[known.back().smaller];
      if (telling.coin())
        telling.say("the _ is bigger than the _", {big, small});
      else
        telling.say("the _ fits inside the _", {small, big});
    }
  }
  while (telling.story().questions.size() < kQuestionsOfStory) {
    const std::size_t recent = known.size() - 1 - telling.below(kAtOnce);
    const bool yes = telling.coin();
    const auto next = first_continuing(known, recent, yes);
    if (!next) continue;
    const std::string_view big = kThings[known[yes ? recent : *next].bigger];
    const std::string_view small = kThings[known[yes ? *next : recent].smaller];
    if (telling.coin())
      telling.ask("is the _ bigger than the _", {yes ? big : small, yes ? small : big}, yes ? "yes" : "no",
                  {recent, *next});
    else
      telling.ask("does the _ fit in the _", {yes ? small : big, yes ? big : small}, yes ? "yes" : "no",
                  {recent, *next});
  }
  return std::move(telling.story());
}

Story path_finding(Draws& draws) {
  constexpr std::size_t kOnPath = 3;
  // How often the two statements of the path stand where they do, and how often a statement names the room farther
  // from the middle of the path first, was measured.
  constexpr std::array<double, 5> kPathHere = {0.19, 0.22, 0.25, 0.29, 0.55};
  constexpr double kPathOutwards = 0.565, kOthersOutwards = 0.73;
  Telling telling(draws);
  const auto rooms = any_of(telling, kRooms, kRooms.size());
  std::array<std::array<bool, kDirections>, kOnPath> taken{};
  const auto attach = [&](std::size_t from, std::size_t room, std::size_t direction) {
    taken[from][direction] = true;
    if (room < kOnPath) taken[room][opposite(direction)] = true;
    return Relation{room, direction, from};
  };
  // From room 0 by 1 to 2; each of the others beside one of these, on a side where nothing is yet.
  const std::size_t first = telling.below(kDirections);
  const std::size_t second = telling.below_except(kDirections, opposite(first));
  std::vector<Relation> path = {attach(1, 0, opposite(first)), attach(1, 2, second)}, others;
  while (path.size() + others.size() + 1 < kRooms.size()) {
    const std::size_t from = telling.below(kOnPath), direction = telling.below(kDirections);
    if (!taken[from][direction]) others.push_back(attach(from, path.size() + others.size() + 1, direction));
  }
  std::array<std::size_t, 2> fact{};
  do
    for (std::size_t& place : fact) place = telling.below(kPathHere.size());
  while (fact[0] == fact[1] || !telling.chance(kPathHere[fact[0]]) || !telling.chance(kPathHere[fact[1]]));
  for (std::size_t i = 0; i < kPathHere.size(); ++i) {
    const bool on_path = i == fact[0] || i == fact[1];
    Relation r = on_path ? path[i == fact[1]] : others.back();
    if (!on_path) others.pop_back();
    if (!telling.chance(on_path ? kPathOutwards : kOthersOutwards)) r = r.reversed();
    telling.say("the _ is _ of the _", {rooms[r.subject], kWinds[r.direction], rooms[r.object]});
  }
  const std::string steps = std::string(kSteps[first]) + ',' + std::string(kSteps[second]);
  telling.ask("how do you go from the _ to the _", {rooms[0], rooms[2]}, steps, {fact[0], fact[1]});
  return std::move(telling.story());
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
