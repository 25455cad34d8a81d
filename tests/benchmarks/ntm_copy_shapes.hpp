// The network and task of the copy benchmark: Graves et al. 2014, arXiv:1410.5401, Table 2, with one head
// each.
#pragma once

#include <cstddef>

#include "tests/benchmarks/networks.hpp"

namespace tapehead::bench {

inline constexpr std::size_t kLength = 20;         // vectors to copy
inline constexpr std::size_t kInputs = 10;         // 8 bits, start flag, end flag
inline constexpr std::size_t kOutputs = 8;         // bits
inline constexpr std::size_t kUnits = 100;         // LSTM units
inline constexpr std::size_t kHeads = 2;           // one reads, one writes
inline constexpr std::size_t kShifts = 3;          // -1, 0, +1
inline constexpr std::size_t kGates = 4 * kUnits;  // i, f, g, o
inline constexpr std::size_t kControllerRows = kUnits + kWidth + kInputs + 1;
inline constexpr std::size_t kHeadColumns = kHeads * (kWidth + 3 + kShifts) + 2 * kWidth;
inline constexpr std::size_t kOutputRows = kUnits + kWidth + 1;

/// Time steps of a sequence of `length` vectors: start flag, vectors, end flag, answer.
constexpr std::size_t time_steps(std::size_t length) { return 2 * length + 2; }

}  // namespace tapehead::bench
