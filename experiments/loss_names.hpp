// What a loss and the errors that go with it are called, in messages, columns and units.
#pragma once

#include <string>

#include "framework/data/task.hpp"

namespace tapehead {

struct LossNames {
  const char* unit;          // of the loss, in run.h5: "bit"
  const char* costs;         // more than one of them: "bits"
  const char* cost_column;   // what its columns' names begin with
  const char* error_unit;    // of the errors, in run.h5
  const char* errors;        // "wrong bits per sequence"
  const char* error_column;  // what its columns' names begin with: "wrong_bits"
};

/// The names for losses of a kind.
const LossNames& names_of(Loss loss);

/// For messages: "0.25 bit", but a plain number without its unit 1.
std::string with_unit(const std::string& number, const std::string& unit);

}  // namespace tapehead
