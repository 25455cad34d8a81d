// What a task's loss and its errors are called, in messages, columns and units.
#pragma once

#include "framework/data/task.hpp"

namespace tapehead {

struct LossNames {
  const char* unit;          // of the loss, in run.h5 and in messages: "bit"
  const char* costs;         // more than one of them: "bits"; also what its columns' names begin with
  const char* error_unit;    // of the errors, in run.h5
  const char* errors;        // "wrong bits"
  const char* error_column;  // what its columns' names begin with: "wrong_bits"
};

/// The names for losses of a kind.
const LossNames& names_of(Loss loss);

}  // namespace tapehead
