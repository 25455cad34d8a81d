// One story of each of the twenty kinds, made up from draws; generator.hpp numbers them.
// Weston, Bordes, Chopra et al. 2015, arXiv:1502.05698, section 3 and Tables 1 and 2, which show one of each.
//
// What the paper leaves open (how many statements a story has, what is asked when, how often the answer is yes) was
// measured on the published data, version 1.2. Most kinds tell two statements at a time and then ask about a person or
// an object that one of the last five clauses names, as long as those allow a question, until there are five.
//
// Each returns a whole story, of as many questions as the published ones have, and is a function of `draws` alone.
#pragma once

#include "framework/tensor/random.hpp"
#include "tasks/babi/story_text.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

// People who move between rooms, some with objects that they get, drop and give away: moving_stories.cpp.
Story single_supporting_fact(Draws& draws);  // where a person is: the last move
Story two_supporting_facts(Draws& draws);    // where an object is: who had it last, and where they were
Story three_supporting_facts(Draws& draws);  // where an object was before it came somewhere
Story three_arg_relations(Draws& draws);     // who gave what to whom
Story yes_no_questions(Draws& draws);        // whether a person is somewhere
Story counting(Draws& draws);                // how many objects a person carries
Story lists_sets(Draws& draws);              // which objects a person carries

// People who move, told in roundabout ways: whereabouts_stories.cpp.
Story simple_negation(Draws& draws);       // where somebody is not
Story indefinite_knowledge(Draws& draws);  // in one of two places; "maybe" is an answer
Story basic_coreference(Draws& draws);     // "then she went"
Story conjunction(Draws& draws);           // "Mary and John went"
Story compound_coreference(Draws& draws);  // "then they went"
Story time_reasoning(Draws& draws);        // yesterday, this morning and so on, told in mixed order

// How things lie or compare: relation_stories.cpp.
Story two_arg_relations(Draws& draws);     // what lies north of what, with the sides told apart
Story positional_reasoning(Draws& draws);  // above, below, left and right over two relations
Story size_reasoning(Draws& draws);        // bigger than, fits in, over two comparisons
Story path_finding(Draws& draws);          // two steps from place to place

// Conclusions from what is generally so: reasoning_stories.cpp.
Story basic_deduction(Draws& draws);     // what a kind of animal is afraid of holds for each of the kind
Story basic_induction(Draws& draws);     // the color of one holds for another of its kind
Story agents_motivations(Draws& draws);  // the needs that make people go and get

}  // namespace tapehead::inline TAPEHEAD_PRECISION
