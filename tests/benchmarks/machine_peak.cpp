#include "tests/benchmarks/machine_peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "framework/tensor/arena.hpp"
#include "framework/tensor/simd.hpp"

namespace tapehead::bench {

namespace {

constexpr std::size_t kRuns = 200;

// Seconds of the fastest of kRuns runs.
template <class F>
double fastest(const F& run) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (std::size_t i = 0; i < kRuns; ++i) {
    const Clock::time_point start = Clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

// Latency times throughput of the units is 8 to 10 fused multiply-adds under way; 12 accumulators leave a
// margin and fit the 16 registers of AVX2.
constexpr std::size_t kAccumulators = 12;

TAPEHEAD_KERNEL float multiply_add(std::size_t rounds, float factor, float term) {
  Vec sums[kAccumulators];
  for (std::size_t i = 0; i < kAccumulators; ++i) sums[i] = Vec(static_cast<float>(i));
  const Vec x(factor), y(term);
  for (std::size_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < kAccumulators; ++i) sums[i] = xsimd::fma(sums[i], x, y);
  }
  Vec total(0.0F);
  for (const Vec& sum : sums) total += sum;
  return tapehead::sum(total);
}

TAPEHEAD_KERNEL float read_through(const float* data, std::size_t size) {
  constexpr std::size_t kStreams = 8;
  Vec sums[kStreams];
  for (Vec& sum : sums) sum = Vec(0.0F);
  for (std::size_t at = 0; at + kStreams * kLanes <= size; at += kStreams * kLanes) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kStreams; ++i) sums[i] += load(data + at + i * kLanes);
  }
  Vec total(0.0F);
  for (const Vec& sum : sums) total += sum;
  return tapehead::sum(total);
}

}  // namespace

MachinePeak measure_machine_peak() {
  volatile float sink = 0;

  constexpr std::size_t kRounds = 20000;
  volatile float factor = 0.999F;  // unknown to the compiler
  const double fma_seconds = fastest([&] { sink = multiply_add(kRounds, factor, 0.001F); });

  // 256 KiB: larger than any first level, smaller than any second level of this decade. 64-byte alignment
  // keeps each load in one line.
  constexpr std::size_t kFloats = 256 * 1024 / sizeof(float), kPasses = 16;
  const AlignedMemory memory = aligned_new(kFloats * sizeof(float));
  auto* const buffer = reinterpret_cast<float*>(memory.get());
  std::fill_n(buffer, kFloats, 1.0F);
  const double read_seconds = fastest([&] {
    for (std::size_t pass = 0; pass < kPasses; ++pass) sink = read_through(buffer, kFloats);
  });
  static_cast<void>(sink);

  constexpr double kFmaOperations = 2.0 * kRounds * kAccumulators * kLanes;
  constexpr double kBytes = static_cast<double>(kPasses * kFloats * sizeof(float));
  return {.fma_gflops = kFmaOperations / fma_seconds * 1e-9, .l2_gigabytes = kBytes / read_seconds * 1e-9};
}

}  // namespace tapehead::bench
