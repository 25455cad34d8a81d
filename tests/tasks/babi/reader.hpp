// What the solver understands of statements: who is where and has what, and how things lie and compare.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tasks/babi/story_text.hpp"

namespace tapehead::testing {

/// The first place of a word; as many as there are if it is missing.
std::size_t index_of(const Words& words, const std::string& word);

/// What is known of a person: the place, or places of which one is it, or places where they are not.
struct Whereabouts {
  std::string place;
  std::set<std::string> options;
  std::set<std::string> excluded;
};

struct Gift {
  std::string giver;
  std::string object;
  std::string receiver;
};

/// Follows people and the objects that they carry.
class Reader {
 public:
  void read(const Words& statement);

  Whereabouts whereabouts(const std::string& person) const;

  /// What a person has, in the order in which they first had it.
  std::vector<std::string> carried(const std::string& person) const;

  /// The places where an object was, one after the other.
  std::vector<std::string> stays(const std::string& object) const;

  const std::vector<Gift>& gifts() const { return gifts_; }

 private:
  struct Thing {
    std::string holder;
    bool known = false;  // it has been told who has it, or that somebody dropped it
    std::vector<std::string> stays;
  };

  void go(const std::string& person, const std::string& place);
  void take(const std::string& person, const std::string& object);
  void drop(const std::string& person, const std::string& object);

  Words subjects_;  // of the last statement, whom "she" and "they" mean
  std::map<std::string, Whereabouts> people_;
  std::map<std::string, std::vector<std::string>> visits_;  // by person
  std::map<std::string, std::vector<std::string>> had_;     // by person, each object once
  std::map<std::string, Thing> things_;
  std::vector<Gift> gifts_;
};

/// "What is north of the P" and "what is the P north of": what a statement says just so, or turned round.
std::string beside(std::span<const Words> statements, const Words& question);

/// "Is the A above the B": yes or no, from places on a grid.
std::string lies_so(std::span<const Words> statements, const Words& question);

/// "How do you go from the A to the B": the shortest way, as n, s, e and w joined by commas.
std::string way(std::span<const Words> statements, const Words& question);

/// "Is the A bigger than the B", "does the A fit in the B": yes or no, over any number of comparisons.
std::string compares_so(std::span<const Words> statements, const Words& question);

}  // namespace tapehead::testing
