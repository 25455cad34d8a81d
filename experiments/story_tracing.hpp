// What a net does with stories: where each hop looks.
#pragma once

#include <string_view>

#include "experiments/trained_net.hpp"
#include "framework/data/batch.hpp"
#include "framework/io/traces.hpp"

namespace tapehead {

/// Runs the net over stories and keeps, with axes [step, example, …] and words by their number, 0 where there is none:
/// `story` [sentence, word], `question` [word], `right_answer` and `answer`, `answer_probability` (of a net that is scored
/// by ranking, whose scores make no probabilities, `answer_lead`: how far the answer's score is above the next best),
/// `support` [sentence], 1 for supporting facts, and what a net that reads sentences records, `attention` [hop, sentence]
/// among it. The answer is the likeliest word, even where the net has a class that is none and is likelier.
TraceSet trace_stories(const TrainedNet& net, const StoryBatch& stories);

/// One of those recorded, by its name; nullptr if nothing was recorded under it.
const TraceTensor* find_tensor(const TraceSet& traces, std::string_view name);

/// What was recorded under a name. Throws std::out_of_range if nothing was.
const TraceTensor& tensor_named(const TraceSet& traces, std::string_view name);

}  // namespace tapehead
