// The network and task of the copy benchmark: Graves et al. 2014, arXiv:1410.5401, Table 2, with one head
// each.
#pragma once

#include <cstddef>
#include <vector>

namespace tapehead::bench {

inline constexpr std::size_t kLength = 20;         // vectors to copy
inline constexpr std::size_t kInputs = 10;         // 8 bits, start flag, end flag
inline constexpr std::size_t kOutputs = 8;         // bits
inline constexpr std::size_t kUnits = 100;         // LSTM units
inline constexpr std::size_t kSlots = 128;         // memory rows, N
inline constexpr std::size_t kWidth = 20;          // of a memory row
inline constexpr std::size_t kHeads = 2;           // one reads, one writes
inline constexpr std::size_t kShifts = 3;          // -1, 0, +1
inline constexpr std::size_t kGates = 4 * kUnits;  // i, f, g, o
inline constexpr std::size_t kControllerRows = kUnits + kWidth + kInputs + 1;
inline constexpr std::size_t kHeadColumns = kHeads * (kWidth + 3 + kShifts) + 2 * kWidth;
inline constexpr std::size_t kOutputRows = kUnits + kWidth + 1;

/// Time steps of a sequence of `length` vectors: start flag, vectors, end flag, answer.
constexpr std::size_t time_steps(std::size_t length) { return 2 * length + 2; }

/// Every parameter of the network, or the gradient of each; row-major.
struct NtmCopyParameters {
  std::vector<float> controller;    // [100 + 20 + 10 + 1, 400]; rows h, r, x, bias; columns i, f, g, o
  std::vector<float> hidden;        // [100], h before the first step
  std::vector<float> cell;          // [100]
  std::vector<float> heads;         // [100 + 1, 92], bias last; columns in the order of HeadLayout
  std::vector<float> head_weights;  // [2, 128], logits of the weightings before the first step; read, write
  std::vector<float> memory;        // [20, 128], slots innermost
  std::vector<float> read;          // [20], read vector before the first step
  std::vector<float> output;        // [100 + 20 + 1, 8]; rows h, r, bias
};

/// Floating-point operations of forward and backward for one sequence: multiplications and additions of the
/// products and of everything that touches the whole memory; what is of size [slots] or smaller is left out.
double flops_per_sequence(std::size_t length);

}  // namespace tapehead::bench
