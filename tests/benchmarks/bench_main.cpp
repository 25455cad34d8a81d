// The program behind `tapehead bench [NAME] [--json FILE]`.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "framework/tensor/blas_kernel.hpp"
#include "framework/tensor/error.hpp"
#include "tests/benchmarks/benchmarks.hpp"

namespace tapehead::bench {

namespace {

struct Benchmark {
  const char* name;
  std::vector<Entry> (*run)(const MachinePeak&);
};
constexpr Benchmark kBenchmarks[] = {
    {"ntm-copy", ntm_copy}, {"ntm2014", ntm2014}, {"memn2n", memn2n}, {"matmul", matmul}};

constexpr const char* kUsage = "usage: tapehead bench [ntm-copy|ntm2014|memn2n|matmul] [--json FILE]";

// What --help prints.
constexpr const char* kHelp =
    "\n\nMeasures speed on one core, beside libtorch if it was installed when this was built.\n\n"
    "  ntm-copy     a training step of NTM copy with an LSTM controller at batch 1, 16, 64; by op; with two "
    "threads\n"
    "  ntm2014      a training step of every network of Graves et al. 2014, Tables 1 to 3, at batch 1 and "
    "16\n"
    "  memn2n       a training step of an end-to-end memory network on stories\n"
    "  matmul       the matrix products of ntm-copy, beside OpenBLAS\n"
    "  --json FILE  also write an array of {name, batch, ms_per_sequence, peer, peer_ms_per_sequence, "
    "ratio}\n\n"
    "Without a name all are run, one after the other.\n";

struct Request {
  std::string name;  // empty: all
  std::string json;  // empty: no file
  bool help = false;
};

Request parse(const std::vector<std::string>& arguments) {
  Request request;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string_view prefix = "--json=";
    if (argument == "--help" || argument == "-h") {
      request.help = true;
      return request;
    }
    if (argument == "--json" && i + 1 < arguments.size()) {
      request.json = arguments[++i];
    } else if (argument.starts_with(prefix)) {
      request.json = argument.substr(prefix.size());
    } else if (!argument.starts_with("-") && request.name.empty()) {
      request.name = argument;
    } else {
      throw UsageError("unexpected argument " + argument + "\n" + kUsage);
    }
  }
  for (const Benchmark& benchmark : kBenchmarks) {
    if (request.name.empty() || request.name == benchmark.name) return request;
  }
  throw UsageError("no benchmark is called " + request.name + "\n" + kUsage);
}

void run(const Request& request) {
  if (request.help) {
    std::printf("%s%s", kUsage, kHelp);
    return;
  }
  // Medians of seven rounds of a fifth of a second each.
  std::string arguments[] = {"tapehead_bench", "--benchmark_enable_random_interleaving=true",
                             "--benchmark_repetitions=7", "--benchmark_min_time=0.2"};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());

  const MachinePeak peak = measure_machine_peak();
  std::printf(
      "one core: %.0f GFLOP/s fused multiply-add, %.0f GB/s from the second-level cache; OpenBLAS runs %s\n",
      peak.fma_gflops, peak.l2_gigabytes, blas_kernel_name().c_str());
  std::vector<Entry> entries;
  for (const Benchmark& benchmark : kBenchmarks) {
    if (!request.name.empty() && request.name != benchmark.name) continue;
    for (Entry& entry : benchmark.run(peak)) entries.push_back(std::move(entry));
    std::fflush(stdout);
  }
  if (!request.json.empty()) write_json(request.json, entries);
}

}  // namespace

}  // namespace tapehead::bench

int main(int argc, char** argv) {
  // libtorch's fastest code for tensors this small, measured in peer_ntm_torch.cpp; a user's own value wins.
  setenv("ATEN_CPU_CAPABILITY", "avx2", 0);
  tapehead::ensure_blas_kernel(argc, argv);
  try {
    tapehead::bench::run(tapehead::bench::parse({argv + 1, argv + argc}));
    return 0;
  } catch (const tapehead::Error& error) {
    std::fprintf(stderr, "tapehead bench: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapehead bench: %s\n", error.what());
    return 1;
  }
}
