// What a model makes of a batch, and of each of its examples in a batch of its own.
#pragma once

#include "framework/models/model.hpp"

namespace tapehead::testing {

struct Scores {
  Score together, alone;  // the latter summed
};

inline Scores score_one_by_one(Model& model, const Batch& batch, bool record = true) {
  const auto score = [&](const Batch& of) {
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr), record);
    return model.score(tape, of).score;
  };
  Scores result{score(batch), {}};
  for (std::size_t b = 0; b < batch_size(batch); ++b) {
    Batch part;
    slice_examples(batch, b, b + 1, part);
    result.alone += score(part);
  }
  return result;
}

}  // namespace tapehead::testing
