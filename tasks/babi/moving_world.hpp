// Actors in places, who move and hand objects about. Everything has a place from the start, told or not, so that
// nobody gets an object that lies in another room.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "framework/tensor/random.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

enum class Deed { move, get, drop, give };

/// What one actor does; a clause of a statement tells it.
struct Event {
  Deed deed = Deed::move;
  std::size_t actor = 0;
  std::size_t from = 0;      // the place where the actor was
  std::size_t place = 0;     // the place where the actor is then: another one after a move
  std::size_t object = 0;    // none in a move
  std::size_t receiver = 0;  // of an object that is given

  bool moves(std::size_t who) const { return deed == Deed::move && actor == who; }
  bool handles(std::size_t what) const { return deed != Deed::move && object == what; }
};

class MovingWorld {
 public:
  struct Options {
    std::size_t actors = 4;
    std::size_t places = 6;
    std::size_t objects = 0;
    bool giving = false;
  };

  /// Every actor and object is somewhere. `draws` must outlive the world.
  MovingWorld(const Options& options, Draws& draws);

  /// Any actor does anything that is possible.
  void advance();

  /// An actor moves to any other place.
  void move(std::size_t actor);

  /// Two actors move to a place where neither was: two events.
  void move_together(std::size_t first, std::size_t second);

  /// All that has happened.
  const std::vector<Event>& events() const { return events_; }

  /// One of the last kRecentClauses events that satisfies `fits`, each as likely; none if none does.
  template <class Fits>
  std::optional<std::size_t> recent_event(const Fits& fits) {
    std::vector<std::size_t> fitting;
    for (std::size_t i = recent_begin(); i < events_.size(); ++i)
      if (fits(events_[i])) fitting.push_back(i);
    if (fitting.empty()) return std::nullopt;
    return fitting[draws_.below(fitting.size())];
  }

  /// The last event before `end` that satisfies `fits`; none if none does.
  template <class Fits>
  std::optional<std::size_t> last_event(std::size_t end, const Fits& fits) const {
    while (end-- > 0)
      if (fits(events_[end])) return end;
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  std::size_t recent_begin() const;
  std::optional<Event> attempt();
  std::optional<std::size_t> any_object_of(std::size_t holder, std::size_t place);
  std::optional<std::size_t> any_neighbour_of(std::size_t actor);
  Deed any_deed();
  void happen(const Event& event);

  Options options_;
  Draws& draws_;
  std::vector<std::size_t> place_;   // by actor
  std::vector<std::size_t> lies_;    // by object: its place, while nobody holds it
  std::vector<std::size_t> holder_;  // by object
  std::vector<Event> events_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
