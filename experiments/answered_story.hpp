// A story that a net was asked about, as text: where each hop looked, and the answer.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "framework/io/traces.hpp"

namespace tapehead {

/// What is shown of a trace of stories.
struct ShownStory {
  std::size_t example = 0;
  std::vector<std::string> forgotten = {};  // statements before those that the net was told, oldest first
  bool judged = false;                      // mark the supporting facts, and say whether the answer is right
};

/// Writes one example of what trace_stories() recorded, a statement a line with the weight of each hop, and below the
/// question the answer with its probability, or with its lead where the net's scores make no probabilities:
///
///                               hop 1  hop 2  hop 3
///   ● mary went to the kitchen   0.92   1.00   1.00
///     john went to the garden    0.07   0.00   0.00
///   where is mary?              kitchen (1.00), right
///
/// Hops at the end that looked nowhere, as in a net that decides itself when to stop, are left out. Of a net with slots in
/// the place of hops, the weight of a statement is how far it opened the gates of those slots that the answer was read
/// from, Σ_j p_j g_j. Without weights if the net has neither. Word w is words[w - 1].
/// Throws std::out_of_range if the trace has no such example, or is not one of stories.
void write_answered_story(std::ostream& out, const TraceSet& traces, const std::vector<std::string>& words,
                          const ShownStory& shown = {});

}  // namespace tapehead
