// The command `reproduce`, for any catalogue.
#pragma once

#include <span>

#include "experiments/command_line.hpp"
#include "experiments/reproduction_catalogue.hpp"

namespace tapehead {

/// Does what the arguments of `reproduce` say with the results of a catalogue; without `figure` it draws none. Returns the
/// exit code; throws Error.
int reproduce_from(std::span<const ReproductionResult> catalogue, const Arguments& arguments,
                   bool figure = true);

}  // namespace tapehead
