// The kinds that conclude from what is generally so: 15, 16 and 20.
#include <algorithm>
#include <optional>

#include "tasks/babi/stories.hpp"
#include "tasks/babi/telling.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Animal {
  std::string_view one;
  std::string_view many;
};

constexpr auto kAnimals =
    std::to_array<Animal>({{"cat", "cats"}, {"mouse", "mice"}, {"sheep", "sheep"}, {"wolf", "wolves"}});
constexpr auto kAnimalNames = std::to_array<std::string_view>({"emily", "gertrude", "jessica", "winona"});

constexpr auto kSpecies = std::to_array<std::string_view>({"frog", "lion", "rhino", "swan"});
constexpr auto kColors = std::to_array<std::string_view>({"gray", "green", "white", "yellow"});
constexpr auto kNames = std::to_array<std::string_view>({"bernhard", "brian", "greg", "julius", "lily"});

struct Motive {
  std::string_view state;
  std::string_view place;
  std::string_view object;
};

constexpr auto kMotives = std::to_array<Motive>({{"hungry", "kitchen", "apple"},
                                                 {"thirsty", "kitchen", "milk"},
                                                 {"tired", "bedroom", "pajamas"},
                                                 {"bored", "garden", "football"}});
constexpr auto kAgents = std::to_array<std::string_view>({"antoine", "jason", "sumit", "yann"});

// The statements of kind 16 in order: everybody's kind, and later color, but for the last color.
struct Menagerie {
  struct Individual {
    std::size_t kind = 0;
    std::size_t color = 0;
    std::optional<std::size_t> kind_told;  // the statement
    std::optional<std::size_t> color_told;
  };
  std::array<Individual, kNames.size()> individuals;
  std::vector<std::size_t> told;  // who the statements are about
};

// Nine of the ten statements there are, in any order that tells kinds before colors. A color is anew any color at
// each telling of a kind, so that in the published data two of a kind often agree, but need not.
Menagerie any_menagerie(Telling& telling) {
  Menagerie result;
  for (auto& individual : result.individuals) individual.kind = telling.below(kSpecies.size());
  std::array<std::size_t, kSpecies.size()> color{};
  while (result.told.size() + 1 < 2 * kNames.size()) {
    const std::size_t who = telling.below(kNames.size());
    auto& individual = result.individuals[who];
    if (individual.color_told) continue;
    if (individual.kind_told) {
      individual.color_told = result.told.size();
      individual.color = color[individual.kind];
    } else {
      individual.kind_told = result.told.size();
      color[individual.kind] = telling.below(kColors.size());
    }
    result.told.push_back(who);
  }
  return result;
}

}  // namespace

Story basic_deduction(Draws& draws) {
  constexpr std::size_t kQuestions = 4;
  Telling telling(draws);
  std::array<std::optional<std::size_t>, kAnimals.size()> fear_told;
  std::array<std::size_t, kAnimals.size()> fears{};
  std::array<std::optional<std::size_t>, kAnimalNames.size()> kind_told;
  std::array<std::size_t, kAnimalNames.size()> kind_of{};
  while (telling.statements() < kAnimals.size() + kAnimalNames.size()) {
    const std::size_t kind = telling.below(kAnimals.size());
    if (!fear_told[kind]) {
      fears[kind] = telling.below_except(kAnimals.size(), kind);
      fear_told[kind] = telling.say("_ are afraid of _", {kAnimals[kind].many, kAnimals[fears[kind]].many});
      continue;
    }
    const std::size_t who = telling.below(kAnimalNames.size());
    if (kind_told[who]) continue;
    kind_of[who] = kind;
    kind_told[who] = telling.say("_ is a _", {kAnimalNames[who], kAnimals[kind].one});
  }
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const std::size_t who = telling.below(kAnimalNames.size()), kind = kind_of[who];
    telling.ask("what is _ afraid of", {kAnimalNames[who]}, kAnimals[fears[kind]].one,
                {*kind_told[who], *fear_told[kind]});
  }
  return std::move(telling.story());
}

// The color is that of the individual of the same kind whose kind was told last. In the published data there are one,
// three or four of these, never two.
Story basic_induction(Draws& draws) {
  Telling telling(draws);
  Menagerie world;
  std::size_t asked = 0;
  std::vector<std::size_t> alike;
  const auto later_kind = [&](std::size_t a, std::size_t b) {
    return *world.individuals[a].kind_told < *world.individuals[b].kind_told;
  };
  while (alike.empty() || alike.size() == 2) {
    world = any_menagerie(telling);
    alike.clear();
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (!world.individuals[i].color_told) asked = i;
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (i != asked && world.individuals[i].kind == world.individuals[asked].kind) alike.push_back(i);
  }
  for (std::size_t i = 0; i < world.told.size(); ++i) {
    const std::size_t who = world.told[i];
    const auto& individual = world.individuals[who];
    if (individual.color_told == i)
      telling.say("_ is _", {kNames[who], kColors[individual.color]});
    else
      telling.say("_ is a _", {kNames[who], kSpecies[individual.kind]});
  }
  const auto& example = world.individuals[*std::ranges::max_element(alike, later_kind)];
  telling.ask("what color is _", {kNames[asked]}, kColors[example.color],
              {*world.individuals[asked].kind_told, *example.kind_told, *example.color_told});
  return std::move(telling.story());
}

// A question follows every statement, and the state explains all that its agent does. An object is got once.
Story agents_motivations(Draws& draws) {
  enum class Next { be, go, get, nothing };
  struct Agent {
    Next next = Next::be;
    const Motive* motive = nullptr;
    std::size_t fact = 0;
  };
  Telling telling(draws);
  std::array<Agent, kAgents.size()> agents;
  std::vector<const Motive*> satisfied;
  const auto is_idle = [&](const Agent& agent) {
    return agent.next == Next::nothing ||
           (agent.next == Next::get && std::ranges::count(satisfied, agent.motive) > 0);
  };
  while (!std::ranges::all_of(agents, is_idle)) {
    const std::size_t who = telling.below(kAgents.size());
    const std::string_view name = kAgents[who];
    Agent& agent = agents[who];
    if (is_idle(agent)) continue;
    if (agent.next == Next::be) {
      agent.motive = &kMotives[telling.below(kMotives.size())];
      agent.fact = telling.say("_ is _", {name, agent.motive->state});
      telling.ask("where will _ go", {name}, agent.motive->place, {agent.fact});
      agent.next = Next::go;
    } else if (agent.next == Next::go) {
      telling.say("_ _ the _", {name, telling.one_of(kMoved), agent.motive->place});
      telling.ask("why did _ go to the _", {name, agent.motive->place}, agent.motive->state, {agent.fact});
      agent.next = Next::get;
    } else {
      telling.say("_ _ the _ there", {name, telling.one_of(kGot), agent.motive->object});
      telling.ask("why did _ get the _", {name, agent.motive->object}, agent.motive->state, {agent.fact});
      satisfied.push_back(agent.motive);
      agent.next = Next::nothing;
    }
  }
  return std::move(telling.story());
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
