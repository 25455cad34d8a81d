#include "tests/benchmarks/networks.hpp"

#include "framework/memory/ntm_heads.hpp"

namespace tapehead::bench {

namespace {

constexpr ControllerKind kFeedforward = ControllerKind::feedforward, kLstm = ControllerKind::lstm,
                         kNone = ControllerKind::none;

constexpr Network kNetworks[] = {
    // 20 vectors
    {"copy-ntm-ff", 10, 8, 42, 20, kFeedforward, 100, 1, 1},
    {"copy-ntm-lstm", 10, 8, 42, 20, kLstm, 100, 1, 1},
    {"copy-lstm", 10, 8, 42, 20, kNone, 256, 3, 0},
    // 10 vectors, 10 times
    {"repeat-copy-ntm-ff", 8, 7, 113, 101, kFeedforward, 100, 1, 1},
    {"repeat-copy-ntm-lstm", 8, 7, 113, 101, kLstm, 100, 1, 1},
    {"repeat-copy-lstm", 8, 7, 113, 101, kNone, 512, 3, 0},
    // 6 items of 3 vectors
    {"associative-recall-ntm-ff", 8, 6, 32, 3, kFeedforward, 256, 1, 4},
    {"associative-recall-ntm-lstm", 8, 6, 32, 3, kLstm, 100, 1, 1},
    {"associative-recall-lstm", 8, 6, 32, 3, kNone, 256, 3, 0},
    // 200 bits
    {"ngrams-ntm-ff", 1, 1, 200, 200, kFeedforward, 100, 1, 1},
    {"ngrams-ntm-lstm", 1, 1, 200, 200, kLstm, 100, 1, 1},
    {"ngrams-lstm", 1, 1, 200, 200, kNone, 128, 3, 0},
    // 20 vectors in, 16 out
    {"priority-sort-ntm-ff", 10, 8, 37, 16, kFeedforward, 512, 1, 8},
    {"priority-sort-ntm-lstm", 10, 8, 37, 16, kLstm, 100, 2, 5},
    {"priority-sort-lstm", 10, 8, 37, 16, kNone, 128, 3, 0},
};

}  // namespace

std::span<const Network> ntm2014_networks() { return kNetworks; }

double flops_per_sequence(const Network& network) {
  // A product of n multiplications and additions costs 2 n forward and twice that backward: once for the
  // gradient of each factor.
  constexpr double kForwardAndBackward = 2 * 3;
  const std::size_t units = network.units, read = network.heads * kWidth;
  const std::size_t columns = network.controller == kFeedforward ? units : 4 * units;
  const std::size_t recurrent = network.controller == kFeedforward ? 0 : units;
  std::size_t step = 0, seen = read;  // by the output layer
  for (std::size_t layer = 0; layer < network.layers; ++layer) {
    step += (network.inputs + read + (layer > 0 ? units : 0) + recurrent + 1) * columns;
    seen += units;
  }
  if (network.has_memory()) {
    const HeadLayout layout{.read_heads = network.heads, .write_heads = network.heads, .width = kWidth};
    step += (network.layers * units + 1) * layout.columns();
    // Scores of all heads, norms of the rows, reads, and writes (erase and add: two products).
    step += (layout.heads() + 1 + network.heads + 2 * network.heads) * kSlots * kWidth;
  }
  return kForwardAndBackward *
         static_cast<double>(network.steps * step + network.answer * (seen + 1) * network.outputs);
}

}  // namespace tapehead::bench
