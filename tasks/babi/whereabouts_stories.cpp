// The kinds about people who only move, told in ways that take some reading: 9 to 14.
#include <algorithm>
#include <optional>

#include "tasks/babi/moving_world.hpp"
#include "tasks/babi/stories.hpp"
#include "tasks/babi/telling.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Setting {
  std::array<std::string_view, 4> people;
  std::array<std::string_view, 6> places;
};

constexpr Setting kHouse = {{"mary", "john", "sandra", "daniel"},
                            {"bathroom", "bedroom", "garden", "hallway", "kitchen", "office"}};
constexpr Setting kTown = {{"mary", "bill", "fred", "julie"},
                           {"bedroom", "cinema", "kitchen", "office", "park", "school"}};
constexpr auto kThen =
    std::to_array<std::string_view>({"then", "afterwards", "after that", "following that"});
constexpr double kPlainly = 0.5;  // how often kinds 9 and 10 just tell a move

std::string_view pronoun(std::string_view name) {
  return name == "mary" || name == "sandra" || name == "julie" ? "she" : "he";
}

// Events are the clauses of the statements: "Mary and John went" makes two.
struct WhereaboutsStory {
  WhereaboutsStory(const Setting& where, Draws& draws)
      : setting(where),
        telling(draws),
        world({.actors = where.people.size(), .places = where.places.size()}, draws) {}

  std::string_view name(std::size_t actor) const { return setting.people[actor]; }
  std::string_view place(std::size_t i) const { return setting.places[i]; }
  std::size_t any_place() { return telling.below(setting.places.size()); }
  std::size_t any_actor() { return telling.below(setting.people.size()); }

  // Somebody whom one of the last clauses names.
  std::size_t recent_actor() {
    return world.events()[*world.recent_event([](const Event&) { return true; })].actor;
  }
  std::size_t last_move(std::size_t actor) const {
    return *world.last_event(world.events().size(), [&](const Event& e) { return e.moves(actor); });
  }

  // By a move that the statements `facts` tell, the last of the actor.
  void ask_where(std::size_t move, const std::vector<std::size_t>& facts) {
    const Event& e = world.events()[move];
    telling.ask("where is _", {name(e.actor)}, place(e.place), facts);
  }

  void say_move(const Event& e) {
    telling.say("_ _ the _", {name(e.actor), telling.one_of(kMoved), place(e.place)});
  }

  const Setting& setting;
  Telling telling;
  MovingWorld world;
};

// A statement that follows up on the one before, whose subjects it calls he, she or they.
void say_follow_up(WhereaboutsStory& story, std::string_view subject) {
  Telling& telling = story.telling;
  telling.say("_ _ _ the _", {telling.one_of(kThen), subject, telling.one_of(kMoved),
                              story.place(story.world.events().back().place)});
}

// Two different people move together, and then, if `followed_up`, to another place.
void say_conjunction(WhereaboutsStory& story, bool followed_up) {
  Telling& telling = story.telling;
  const std::size_t first = story.any_actor();
  const std::size_t second = telling.below_except(story.setting.people.size(), first);
  story.world.move_together(first, second);
  telling.say("_ and _ _ the _", {story.name(first), story.name(second), telling.one_of(kMoved),
                                  story.place(story.world.events().back().place)});
  if (!followed_up) return;
  story.world.move_together(first, second);
  say_follow_up(story, "they");
}

// The four times of kind 14, each the next move of an actor.
constexpr auto kTimes =
    std::to_array<std::string_view>({"yesterday", "this morning", "this afternoon", "this evening"});

// Orders that leave nothing at its place, all of one cycle and each as likely (Sattolo's algorithm). In the published
// data the statements between two questions are out of order in just this way.
std::vector<std::size_t> any_cycle(Telling& telling, std::size_t n) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[telling.below(i - 1)]);
  return order;
}

}  // namespace

Story simple_negation(Draws& draws) {
  WhereaboutsStory story(kHouse, draws);
  Telling& telling = story.telling;
  std::vector<bool> denied;  // by event: the statement says where its actor no longer is
  telling.take_turns(
      [&] {
        story.world.advance();
        const Event& e = story.world.events().back();
        const bool plainly = telling.chance(kPlainly);
        denied.push_back(!plainly && telling.coin());
        if (plainly)
          story.say_move(e);
        else if (denied.back())
          telling.say("_ is _ in the _",
                      {story.name(e.actor), telling.coin() ? "not" : "no longer", story.place(e.from)});
        else
          telling.say("_ is in the _", {story.name(e.actor), story.place(e.place)});
      },
      [&] {
        const std::size_t actor = story.recent_actor();
        const std::size_t fact = story.last_move(actor);
        const Event& e = story.world.events()[fact];
        const bool yes = !denied[fact] && telling.coin();
        std::size_t asked = e.from;
        if (!denied[fact]) asked = yes ? e.place : telling.below_except(story.setting.places.size(), e.place);
        telling.ask("is _ in the _", {story.name(actor), story.place(asked)}, yes ? "yes" : "no", {fact});
      });
  return std::move(telling.story());
}

Story indefinite_knowledge(Draws& draws) {
  WhereaboutsStory story(kTown, draws);
  Telling& telling = story.telling;
  std::vector<std::optional<std::size_t>> alternative;  // by event: another place where the actor may be
  telling.take_turns(
      [&] {
        story.world.advance();
        const Event& e = story.world.events().back();
        alternative.emplace_back();
        if (telling.chance(kPlainly)) {
          story.say_move(e);
        } else if (telling.coin()) {
          telling.say("_ is in the _", {story.name(e.actor), story.place(e.place)});
        } else {
          // As often as any other the same place: the published data has "either in the park or the park" too.
          alternative.back() = story.any_place();
          std::array places = {story.place(e.place), story.place(*alternative.back())};
          if (telling.coin()) std::swap(places[0], places[1]);
          telling.say("_ is either in the _ or the _", {story.name(e.actor), places[0], places[1]});
        }
      },
      [&] {
        const std::size_t actor = story.recent_actor();
        const std::size_t fact = story.last_move(actor);
        const std::size_t there = story.world.events()[fact].place;
        const std::size_t asked =
            telling.coin() ? there : telling.below_except(story.setting.places.size(), there);
        const bool possible = asked == there || asked == alternative[fact];
        const std::string_view answer = !possible ? "no" : alternative[fact] ? "maybe" : "yes";
        telling.ask("is _ in the _", {story.name(actor), story.place(asked)}, answer, {fact});
      });
  return std::move(telling.story());
}

Story basic_coreference(Draws& draws) {
  WhereaboutsStory story(kHouse, draws);
  Telling& telling = story.telling;
  while (telling.story().questions.size() < kQuestionsOfStory) {
    const std::size_t mover = story.any_actor();
    story.world.move(mover);
    story.say_move(story.world.events().back());
    story.world.move(mover);
    say_follow_up(story, pronoun(story.name(mover)));
    const std::size_t move = story.last_move(story.recent_actor());
    story.ask_where(move, {move - 1, move});
  }
  return std::move(telling.story());
}

Story conjunction(Draws& draws) {
  WhereaboutsStory story(kHouse, draws);
  Telling& telling = story.telling;
  telling.take_turns([&] { say_conjunction(story, false); },
                     [&] {
                       const std::size_t move = story.last_move(story.recent_actor());
                       story.ask_where(move, {move / 2});
                     });
  return std::move(telling.story());
}

Story compound_coreference(Draws& draws) {
  WhereaboutsStory story(kHouse, draws);
  Telling& telling = story.telling;
  while (telling.story().questions.size() < kQuestionsOfStory) {
    say_conjunction(story, true);
    const std::size_t move = story.last_move(story.recent_actor()), fact = move / 2;
    story.ask_where(move, {fact - 1, fact});
  }
  return std::move(telling.story());
}

Story time_reasoning(Draws& draws) {
  WhereaboutsStory story(kTown, draws);
  Telling& telling = story.telling;
  MovingWorld& world = story.world;
  std::vector<std::size_t> time;       // by event
  std::vector<std::size_t> statement;  // by event, once told
  const auto happen = [&] {
    std::size_t mover = 0, moves = kTimes.size();
    while (moves == kTimes.size()) {
      mover = story.any_actor();
      moves = static_cast<std::size_t>(
          std::ranges::count_if(world.events(), [&](const Event& e) { return e.moves(mover); }));
    }
    world.move(mover);
    time.push_back(moves);
  };
  const auto tell = [&] {
    const std::size_t told = statement.size();
    const std::vector<std::size_t> order = any_cycle(telling, world.events().size() - told);
    statement.resize(world.events().size());
    for (const std::size_t i : order) {
      const Event& e = world.events()[told + i];
      const std::string_view who = story.name(e.actor), moved = telling.one_of(kMoved);
      const std::string_view when = kTimes[time[told + i]], to = story.place(e.place);
      statement[told + i] = telling.coin() ? telling.say("_ _ _ the _", {when, who, moved, to})
                                           : telling.say("_ _ the _ _", {who, moved, to, when});
    }
  };
  // Where somebody was before they last came to a place.
  const auto last_visit = [&](const Event& to) {
    return *world.last_event(world.events().size(),
                             [&](const Event& e) { return e.moves(to.actor) && e.place == to.place; });
  };
  const auto move_before = [&](std::size_t visit) {
    return world.last_event(visit, [&](const Event& e) { return e.moves(world.events()[visit].actor); });
  };
  telling.take_turns(happen, [&] {
    const auto named =
        world.recent_event([&](const Event& e) { return move_before(last_visit(e)).has_value(); });
    if (!named) return;
    tell();
    const std::size_t visit = last_visit(world.events()[*named]), before = *move_before(visit);
    const Event& e = world.events()[visit];
    telling.ask("where was _ before the _", {story.name(e.actor), story.place(e.place)},
                story.place(world.events()[before].place), {statement[visit], statement[before]});
  });
  return std::move(telling.story());
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
