// Answers to the twenty kinds of bAbI question, found by reading the statements. It shares nothing with the generator
// but the form of a story, so that the two can be held against each other and against the published data.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "tasks/babi/story_text.hpp"

namespace tapehead::testing {

/// The answer to a question of a kind, 1 to 20, after these statements; empty if they do not tell.
/// Where several readings are possible the latest statement counts.
std::string solve(std::size_t kind, std::span<const Words> statements, const Words& question);

/// The same with the statements that stand before a question in its story.
std::string solve(std::size_t kind, const Story& story, const Question& question);

/// The same with nothing but the supporting facts of a question, in the order of the text.
std::string solve_from_facts(std::size_t kind, const Story& story, const Question& question);

/// Whether the supporting facts of a question stand in the order of reasoning that the published data has for its kind.
bool facts_in_order(std::size_t kind, const Story& story, const Question& question);

}  // namespace tapehead::testing
