#include <cstdio>
#include <string>

#include "tests/benchmarks/benchmarks.hpp"
#include "tests/benchmarks/comparison.hpp"
#include "tests/benchmarks/networks.hpp"

namespace tapehead::bench {

namespace {

constexpr std::size_t kBatches[] = {1, 16};

}  // namespace

std::vector<Entry> ntm2014(const MachinePeak& peak) {
  std::printf("\n");
  for (const Network& network : ntm2014_networks()) {
    for (const std::size_t batch : kBatches) register_comparison(network, batch, synthetic_task);
  }
  const Timings timings = run_interleaved();

  std::printf(
      "\nTraining step of every network of Graves et al. 2014, longest training sequence, one thread, CPU "
      "time\n");
  std::printf("forward, backward, clipping and update; ours draws its batch too; peer: %s\n",
              peer_description().c_str());
  std::printf("bound: multiplications and additions at %.0f GFLOP/s\n\n", peak.fma_gflops);
  std::printf("%-28s %5s %5s %9s %12s %10s %12s %8s\n", "network", "steps", "batch", "ms/step", "ms/sequence",
              "over bound", "peer ms/seq", "ratio");
  std::vector<Entry> entries;
  for (const Network& network : ntm2014_networks()) {
    const double bound = flops_per_sequence(network) / peak.fma_gflops * 1e-6;
    for (const std::size_t batch : kBatches) {
      const Entry& entry = entries.emplace_back(comparison_entry(network, batch, timings));
      std::printf("%-28s %5zu %5zu %9.3f %12.3f %9.1fx ", entry.name.c_str(), network.steps, batch,
                  entry.ms_per_sequence * static_cast<double>(batch), entry.ms_per_sequence,
                  entry.ms_per_sequence / bound);
      if (entry.peer) {
        std::printf("%12.3f %7.1fx\n", entry.peer->ms_per_sequence, entry.ratio());
      } else {
        std::printf("%12s %8s\n", "-", "-");
      }
    }
  }
  print_if_busy(ntm2014_networks()[0], kBatches[0], timings);
  return entries;
}

}  // namespace tapehead::bench
