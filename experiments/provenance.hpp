// Which program made a run, and on what machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/run_settings.hpp"
#include "framework/io/run_contents.hpp"

namespace tapehead {

/// What /provenance of run.h5 says of a run that this process starts or goes on with, by `threads` threads.
std::vector<Attribute> provenance_of(const RunSettings& settings, std::size_t threads);

/// What differs between two programs or machines that can change the bits of a computation: revision, compiler and its
/// flags, instruction set, BLAS and its kernel, processor. "blas_kernel is Haswell, was SkylakeX; …", or nothing. The
/// host's name, the time and what only one of the two tells do not count.
std::string differences_in_bits(const std::vector<Attribute>& before, const std::vector<Attribute>& now);

}  // namespace tapehead
