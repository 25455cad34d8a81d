#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

double flops_per_sequence(std::size_t length) {
  // A product of n multiplications and additions costs 2 n forward and twice that backward: once for the
  // gradient of each factor.
  constexpr double kForwardAndBackward = 2 * 3;
  constexpr double kElements = kSlots * kWidth;
  constexpr double kWeights = kControllerRows * kGates + (kUnits + 1) * kHeadColumns;
  // Scores of both heads, norms of the rows, one read, and a write (erase and add: two products).
  constexpr double kMemory = (kHeads + 1 + 1 + 2) * kElements;
  const double answer = static_cast<double>(kOutputRows * kOutputs * length);
  return kForwardAndBackward * (static_cast<double>(time_steps(length)) * (kWeights + kMemory) + answer);
}

}  // namespace tapehead::bench
