#include "tasks/babi/moving_world.hpp"

#include <algorithm>

#include "tasks/babi/telling.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

MovingWorld::MovingWorld(const Options& options, Draws& draws)
    : options_(options), draws_(draws), holder_(options.objects, kNobody) {
  for (std::size_t i = 0; i < options_.actors; ++i) place_.push_back(draws_.below(options_.places));
  for (std::size_t i = 0; i < options_.objects; ++i) lies_.push_back(draws_.below(options_.places));
}

void MovingWorld::advance() {
  std::optional<Event> event;
  while (!event) event = attempt();
  happen(*event);
}

void MovingWorld::move(std::size_t actor) {
  const std::size_t from = place_[actor];
  std::size_t place = from;
  while (place == from) place = draws_.below(options_.places);
  happen({.actor = actor, .from = from, .place = place});
}

void MovingWorld::move_together(std::size_t first, std::size_t second) {
  std::size_t place = place_[first];
  while (place == place_[first] || place == place_[second]) place = draws_.below(options_.places);
  happen({.actor = first, .from = place_[first], .place = place});
  happen({.actor = second, .from = place_[second], .place = place});
}

std::size_t MovingWorld::recent_begin() const {
  return events_.size() - std::min(events_.size(), kRecentClauses);
}

// An actor and a deed are drawn without a look at the world, and drawn again if it does not allow them: this is what
// gives the frequencies of the published data, where a move is 5/6 as likely as getting something that is at hand.
std::optional<Event> MovingWorld::attempt() {
  const std::size_t actor = draws_.below(options_.actors);
  const std::size_t here = place_[actor];
  Event event{.deed = any_deed(), .actor = actor, .from = here, .place = here};
  if (event.deed == Deed::move) {
    event.place = draws_.below(options_.places);
    if (event.place == here) return std::nullopt;
    return event;
  }
  const std::optional<std::size_t> object = any_object_of(event.deed == Deed::get ? kNobody : actor, here);
  if (!object) return std::nullopt;
  event.object = *object;
  if (event.deed == Deed::give) {
    const std::optional<std::size_t> receiver = any_neighbour_of(actor);
    if (!receiver) return std::nullopt;
    event.receiver = *receiver;
  }
  return event;
}

// Giving is possible so seldom that the published data has it tried more often than the rest.
Deed MovingWorld::any_deed() {
  constexpr std::size_t kEach = 3, kGive = 10;
  if (options_.objects == 0) return Deed::move;
  const std::size_t drawn = draws_.below(3 * kEach + (options_.giving ? kGive : 0));
  return static_cast<Deed>(std::min<std::size_t>(drawn / kEach, 3));
}

// Of the objects that nobody holds: one that lies at `place`.
std::optional<std::size_t> MovingWorld::any_object_of(std::size_t holder, std::size_t place) {
  std::vector<std::size_t> found;
  for (std::size_t object = 0; object < options_.objects; ++object)
    if (holder_[object] == holder && (holder != kNobody || lies_[object] == place)) found.push_back(object);
  if (found.empty()) return std::nullopt;
  return found[draws_.below(found.size())];
}

std::optional<std::size_t> MovingWorld::any_neighbour_of(std::size_t actor) {
  std::vector<std::size_t> found;
  for (std::size_t other = 0; other < options_.actors; ++other)
    if (other != actor && place_[other] == place_[actor]) found.push_back(other);
  if (found.empty()) return std::nullopt;
  return found[draws_.below(found.size())];
}

void MovingWorld::happen(const Event& event) {
  switch (event.deed) {
    case Deed::move:
      place_[event.actor] = event.place;
      break;
    case Deed::get:
      holder_[event.object] = event.actor;
      break;
    case Deed::drop:
      holder_[event.object] = kNobody;
      lies_[event.object] = event.place;
      break;
    case Deed::give:
      holder_[event.object] = event.receiver;
      break;
  }
  events_.push_back(event);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
