// A batch's statements, windows of words and questions as bags of words, for models that read sentences.
#pragma once

#include <cstddef>

#include "framework/attention/memory_hop.hpp"
#include "framework/autodiff/tape.hpp"
#include "framework/data/batch.hpp"
#include "framework/nn/bag_embedding.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Bags under each other that belong to the examples of a batch, the oldest of an example first. All memory is the tape's.
struct StoryBags {
  Bags bags;
  RowStarts starts;  // [batch + 1]: example b has bags starts[b] to starts[b + 1] - 1
};

/// The last `most` statements of each story, with their ages, `most` - 1 at most, as time words if `timed`.
/// Throws ShapeError, as of `where`, for a sentence of more than `longest` words.
StoryBags statement_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t most,
                         std::size_t longest, bool timed);

/// The questions, a bag each. Throws as above.
Bags question_bags(const char* where, Tape& tape, const StoryBatch& batch, std::size_t longest);

/// Every word with those around it.
struct Windows {
  StoryBags keys;                     // a window each
  Bags centres;                       // the word in its middle
  const std::uint32_t* statement_of;  // [window], of those of its example
};

/// Windows of up to `size` words, an odd number, around each word of these statements, cut off where a statement ends. The
/// ids of centres are `centre_rows` higher, in keys and values: 0, or the words there are if the centre has embeddings of
/// its own. Ages are those of the statements.
Windows word_windows(Tape& tape, const StoryBags& statements, std::size_t size, std::size_t centre_rows);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
