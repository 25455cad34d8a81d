// The kinds about people who move and carry: 1, 2, 3, 5, 6, 7 and 8. A statement tells one event, so that events and
// statements have the same numbers.
#include <algorithm>

#include "tasks/babi/moving_world.hpp"
#include "tasks/babi/stories.hpp"
#include "tasks/babi/telling.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using People = std::array<std::string_view, 4>;

constexpr People kPeople = {"mary", "john", "sandra", "daniel"};
constexpr People kGivers = {"fred", "bill", "jeff", "mary"};
constexpr auto kRooms =
    std::to_array<std::string_view>({"bathroom", "bedroom", "garden", "hallway", "kitchen", "office"});
constexpr auto kObjects = std::to_array<std::string_view>({"apple", "football", "milk"});
constexpr auto kDropped = std::to_array<std::string_view>({"dropped", "left", "discarded", "put down"});
constexpr auto kGave = std::to_array<std::string_view>({"gave", "handed", "passed"});
constexpr auto kNumbers = std::to_array<std::string_view>({"none", "one", "two", "three"});
constexpr double kThereAfterDrop = 0.2;

struct MovingStory {
  struct Options {
    People people = kPeople;
    std::size_t objects = kObjects.size();
    bool giving = false;
    double there_after_get = 1;  // how often "there" ends the statement
  };

  MovingStory(const Options& how, Draws& draws)
      : options(how),
        telling(draws),
        world({.actors = how.people.size(),
               .places = kRooms.size(),
               .objects = how.objects,
               .giving = how.giving},
              draws) {}

  // Asks by ask(), which returns without a question if there is none to ask.
  template <class Ask>
  Story tell(const Ask& ask) {
    telling.take_turns([&] { tell_next(); }, ask);
    return std::move(telling.story());
  }

  void tell_next();

  std::string_view name(std::size_t actor) const { return options.people[actor]; }
  const Event& event(std::size_t i) const { return world.events()[i]; }
  std::size_t now() const { return world.events().size(); }
  std::optional<std::size_t> last_move(std::size_t actor, std::size_t before) const {
    return world.last_event(before, [&](const Event& e) { return e.moves(actor); });
  }

  Options options;
  Telling telling;
  MovingWorld world;
};

void MovingStory::tell_next() {
  world.advance();
  const Event& e = world.events().back();
  const std::string_view who = name(e.actor);
  switch (e.deed) {
    case Deed::move:
      telling.say("_ _ the _", {who, telling.one_of(kMoved), kRooms[e.place]});
      break;
    case Deed::get:
      telling.say("_ _ the _ _", {who, telling.one_of(kGot), kObjects[e.object],
                                  telling.chance(options.there_after_get) ? "there" : ""});
      break;
    case Deed::drop:
      telling.say("_ _ the _ _", {who, telling.one_of(kDropped), kObjects[e.object],
                                  telling.chance(kThereAfterDrop) ? "there" : ""});
      break;
    case Deed::give:
      telling.say("_ _ the _ to _", {who, telling.one_of(kGave), kObjects[e.object], name(e.receiver)});
      break;
  }
}

bool handles_object(const Event& e) { return e.deed != Deed::move; }

// The moves by which an object came where it is, from the time it was last taken: who took it last made them, until
// it was dropped. `last` is the last event that handles the object.
std::vector<std::size_t> carrying_moves(const MovingStory& story, std::size_t last) {
  const Event& e = story.event(last);
  std::size_t taken = last, end = story.now();
  if (e.deed == Deed::drop) {
    const auto takes = [&](const Event& other) {
      return other.deed == Deed::get && other.object == e.object;
    };
    taken = *story.world.last_event(last, takes);
    end = last;
  }
  std::vector<std::size_t> moves;
  for (std::size_t i = taken + 1; i < end; ++i)
    if (story.event(i).moves(e.actor)) moves.push_back(i);
  return moves;
}

// The last event that handles what `e` handles.
std::size_t last_handling(const MovingStory& story, const Event& e) {
  return *story.world.last_event(story.now(), [&](const Event& other) { return other.handles(e.object); });
}

// The move that tells where an object is: the carrier's last, which must be later than the get; or the last before
// the drop.
std::optional<std::size_t> locating_move(const MovingStory& story, const Event& e) {
  const std::size_t last = last_handling(story, e);
  const bool dropped = story.event(last).deed == Deed::drop;
  const auto move = story.last_move(story.event(last).actor, dropped ? last : story.now());
  if (!dropped && move && *move < last) return std::nullopt;
  return move;
}

// All that an actor got, received, dropped and gave away.
std::vector<std::size_t> dealings(const MovingStory& story, std::size_t actor) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < story.now(); ++i) {
    const Event& e = story.event(i);
    const bool received = e.deed == Deed::give && e.receiver == actor;
    if (handles_object(e) && (e.actor == actor || received)) found.push_back(i);
  }
  return found;
}

// Whether an actor holds the object of a dealing after it.
bool gains(const Event& e, std::size_t actor) {
  return e.deed == Deed::get || (e.deed == Deed::give && e.receiver == actor);
}

}  // namespace

Story single_supporting_fact(Draws& draws) {
  MovingStory story({.objects = 0}, draws);
  return story.tell([&] {
    const Event& named = story.event(*story.world.recent_event([](const Event&) { return true; }));
    const std::size_t fact = *story.last_move(named.actor, story.now());
    story.telling.ask("where is _", {story.name(named.actor)}, kRooms[story.event(fact).place], {fact});
  });
}

Story two_supporting_facts(Draws& draws) {
  MovingStory story({}, draws);
  return story.tell([&] {
    const auto named = story.world.recent_event(
        [&](const Event& e) { return handles_object(e) && locating_move(story, e).has_value(); });
    if (!named) return;
    const Event& e = story.event(*named);
    const std::size_t move = *locating_move(story, e);
    story.telling.ask("where is the _", {kObjects[e.object]}, kRooms[story.event(move).place],
                      {last_handling(story, e), move});
  });
}

Story three_supporting_facts(Draws& draws) {
  MovingStory story({.there_after_get = 0.2}, draws);
  return story.tell([&] {
    const auto named = story.world.recent_event([&](const Event& e) {
      return handles_object(e) && carrying_moves(story, last_handling(story, e)).size() >= 2;
    });
    if (!named) return;
    const std::size_t last = last_handling(story, story.event(*named));
    const std::vector<std::size_t> moves = carrying_moves(story, last);
    const auto place = [&](std::size_t i) { return story.event(moves[i]).place; };
    // A place may have been visited more than once: the last visit counts, and must not be the first move.
    std::size_t visit = 0;
    while (visit == 0) {
      const std::size_t drawn = story.telling.below(moves.size());
      for (std::size_t i = drawn; i < moves.size(); ++i)
        if (place(i) == place(drawn)) visit = i;
    }
    story.telling.ask("where was the _ before the _",
                      {kObjects[story.event(last).object], kRooms[place(visit)]}, kRooms[place(visit - 1)],
                      {last, moves[visit], moves[visit - 1]});
  });
}

Story three_arg_relations(Draws& draws) {
  MovingStory story({.people = kGivers, .giving = true}, draws);
  const auto later_gift = [&](std::size_t gift, const auto& resembles) {
    return *story.world.last_event(story.now(), [&](const Event& e) {
      return e.deed == Deed::give && resembles(e, story.event(gift));
    }) != gift;
  };
  const auto same_object = [](const Event& a, const Event& b) { return a.object == b.object; };
  const auto same_people = [](const Event& a, const Event& b) {
    return a.actor == b.actor && a.receiver == b.receiver;
  };
  return story.tell([&] {
    Telling& telling = story.telling;
    const auto gift = story.world.recent_event([&](const Event& e) { return e.deed == Deed::give; });
    if (!gift) return;
    const std::size_t last = *story.world.last_event(story.now(), [&](const Event& e) {
      return e.deed == Deed::give && same_object(e, story.event(*gift));
    });
    const Event& e = story.event(last);
    const std::string_view giver = story.name(e.actor), receiver = story.name(e.receiver);
    const std::string_view object = kObjects[e.object];
    const std::size_t form = telling.below(3);
    if (form == 0 && !later_gift(last, same_people))
      telling.ask("what did _ give to _", {giver, receiver}, object, {last});
    else if (form <= 1 && telling.coin())
      telling.ask("who gave the _", {object}, giver, {last});
    else if (form <= 1)
      telling.ask("who gave the _ to _", {object, receiver}, giver, {last});
    else if (telling.coin())
      telling.ask("who received the _", {object}, receiver, {last});
    else
      telling.ask("who did _ give the _ to", {giver, object}, receiver, {last});
  });
}

Story yes_no_questions(Draws& draws) {
  MovingStory story({}, draws);
  return story.tell([&] {
    const auto named = story.world.recent_event([](const Event& e) { return e.deed == Deed::move; });
    if (!named) return;
    const std::size_t actor = story.event(*named).actor;
    const std::size_t fact = *story.last_move(actor, story.now());
    const std::size_t there = story.event(fact).place;
    const bool yes = story.telling.coin();
    const std::size_t asked = yes ? there : story.telling.below_except(kRooms.size(), there);
    story.telling.ask("is _ in the _", {story.name(actor), kRooms[asked]}, yes ? "yes" : "no", {fact});
  });
}

Story counting(Draws& draws) {
  MovingStory story({.giving = true}, draws);
  return story.tell([&] {
    const auto named = story.world.recent_event(handles_object);
    if (!named) return;
    const std::size_t actor = story.event(*named).actor;
    const std::vector<std::size_t> facts = dealings(story, actor);
    const auto gained = static_cast<std::size_t>(
        std::ranges::count_if(facts, [&](std::size_t i) { return gains(story.event(i), actor); }));
    const std::size_t held = 2 * gained - facts.size();
    story.telling.ask("how many objects is _ carrying", {story.name(actor)}, kNumbers[held], facts);
  });
}

Story lists_sets(Draws& draws) {
  MovingStory story({}, draws);
  return story.tell([&] {
    const auto named = story.world.recent_event(handles_object);
    if (!named) return;
    const std::size_t actor = story.event(*named).actor;
    // Object by object, both facts and answer, in the order in which they were first got.
    std::vector<std::size_t> left = dealings(story, actor), facts;
    std::string list;
    while (!left.empty()) {
      const std::size_t object = story.event(left.front()).object;
      std::vector<std::size_t> others;
      for (const std::size_t i : left) (story.event(i).object == object ? facts : others).push_back(i);
      if (gains(story.event(facts.back()), actor))
        list += (list.empty() ? "" : ",") + std::string(kObjects[object]);
      left = std::move(others);
    }
    story.telling.ask("what is _ carrying", {story.name(actor)}, list.empty() ? "nothing" : list, facts);
  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
