// Stories as bags of words, for models that read a sentence at once.
#pragma once

#include <cstddef>

#include "framework/attention/memory_hop.hpp"
#include "framework/autodiff/tape.hpp"
#include "framework/data/batch.hpp"
#include "framework/nn/bag_embedding.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A batch's statements under each other, the oldest of an example first.
struct StatementBags {
  Bags bags;
  RowStarts starts;  // [batch + 1]: example b has bags starts[b] to starts[b + 1] - 1
};

/// The last `most` statements of each story, with their ages, `most` - 1 at most, as time words if `timed`. All memory is
/// the tape's. Throws ShapeError, as of `where`, for a sentence of more than `longest` words.
StatementBags statement_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t most,
                             std::size_t longest, bool timed);

/// The questions, a bag each. Throws as above.
Bags question_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t longest);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
