// Binary vectors written as hexadecimal numbers: how the stimuli of published figures are listed.
#pragma once

#include <cstddef>
#include <string_view>
#include <xtensor/xtensor.hpp>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The vectors of a list such as "82 26 a4", one number each, separated by spaces; the highest of `bits` bits
/// comes first. Returns [vector, bit], 0 or 1. Throws std::invalid_argument at anything that is not a
/// hexadecimal number of at most `bits` bits (1 to 64).
xt::xtensor<Real, 2> vectors_from_hex(std::string_view list, std::size_t bits);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
