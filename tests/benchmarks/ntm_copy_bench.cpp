#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "tasks/copy.hpp"
#include "tests/benchmarks/benchmarks.hpp"
#include "tests/benchmarks/comparison.hpp"
#include "tests/benchmarks/ntm_copy_ops.hpp"
#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

namespace {

constexpr std::size_t kBatches[] = {1, 16, 64};
constexpr std::size_t kThreadedBatch = 16;

constexpr Network kNetwork{.name = "ntm-copy",
                           .inputs = kInputs,
                           .outputs = kOutputs,
                           .steps = time_steps(kLength),
                           .answer = kLength,
                           .controller = ControllerKind::lstm,
                           .units = kUnits,
                           .layers = 1,
                           .heads = 1};

std::unique_ptr<Task> copy_task(const Network&) {
  return std::make_unique<Copy>(
      Copy::Options{.min_length = kLength, .max_length = kLength, .bits = kOutputs});
}

std::string label(const char* what, std::size_t batch) {
  return std::string(what) + "/" + std::to_string(batch);
}

void print_steps(const std::vector<Entry>& entries, const MachinePeak& peak) {
  const double flops = flops_per_sequence(kNetwork), bound = flops / peak.fma_gflops * 1e-6;
  std::printf("\nTraining step of copy: length %zu, LSTM %zu, memory %zux%zu, one thread, CPU time\n",
              kLength, kUnits, kSlots, kWidth);
  std::printf("forward, backward, clipping and update; ours draws its batch too; peer: %s\n",
              peer_description().c_str());
  std::printf("bound: %.1f MFLOP a sequence at %.0f GFLOP/s = %.3f ms\n\n", flops * 1e-6, peak.fma_gflops,
              bound);
  std::printf("%5s %9s %12s %12s %12s %8s\n", "batch", "ms/step", "ms/sequence", "over bound", "peer ms/seq",
              "ratio");
  for (const Entry& entry : entries) {
    std::printf("%5zu %9.3f %12.3f %11.2fx ", entry.batch,
                entry.ms_per_sequence * static_cast<double>(entry.batch), entry.ms_per_sequence,
                entry.ms_per_sequence / bound);
    if (entry.peer) {
      std::printf("%12.3f %7.1fx\n", entry.peer->ms_per_sequence, entry.ratio());
    } else {
      std::printf("%12s %8s\n", "-", "-");
    }
  }
}

void print_ops(const std::vector<Subject>& ops, const Timings& timings) {
  std::printf(
      "\nBy op, us per sequence: each by itself, as often as a step uses it, forward and backward\n\n%-34s",
      "");
  for (const std::size_t batch : kBatches) std::printf(" %8s %2zu", "batch", batch);
  const auto microseconds = [&](const char* what, std::size_t batch) {
    return timings.median(label(what, batch)) * 1e6 / static_cast<double>(batch);
  };
  std::map<std::size_t, double> rest;
  for (const std::size_t batch : kBatches) {
    rest[batch] = timings.median(our_label(kNetwork, batch)) * 1e6 / static_cast<double>(batch);
  }
  const std::map<std::size_t, double> whole = rest;
  for (const Subject& op : ops) {
    std::printf("\n%-34s", op.name.c_str());
    for (const std::size_t batch : kBatches) {
      const double cost = microseconds(op.name.c_str(), batch);
      rest[batch] -= cost;
      std::printf(" %11.1f", cost);
    }
  }
  // Below 0 where the parts, measured alone, do more than in the step (sums that make them differentiable).
  std::printf("\n%-34s", "rest");
  for (const std::size_t batch : kBatches) std::printf(" %11.1f", rest[batch]);
  std::printf("\n%-34s", "whole step");
  for (const std::size_t batch : kBatches) std::printf(" %11.1f", whole.at(batch));
  std::printf("\n");
}

}  // namespace

std::vector<Entry> ntm_copy(const MachinePeak& peak) {
  std::printf("\n");
  std::vector<Subject> ops;
  for (const std::size_t batch : kBatches) {
    register_comparison(kNetwork, batch, copy_task);
    ops = ntm_copy_ops(batch, kLength);
    for (const Subject& op : ops) register_step(label(op.name.c_str(), batch), op.step);
  }
  const bool threaded = std::thread::hardware_concurrency() > 1;
  if (threaded) {
    const auto ours = std::make_shared<ModelSubject>(kNetwork, copy_task(kNetwork), kThreadedBatch, 2);
    register_step("two threads", [ours] { ours->step(); });
  }
  const Timings timings = run_interleaved();

  std::vector<Entry> entries;
  for (const std::size_t batch : kBatches) entries.push_back(comparison_entry(kNetwork, batch, timings));
  print_steps(entries, peak);
  print_if_busy(kNetwork, kThreadedBatch, timings);
  if (threaded) {
    const double one = timings.median(our_label(kNetwork, kThreadedBatch), Clock::wall);
    const double two = timings.median("two threads", Clock::wall);
    std::printf("\nTwo threads at batch %zu: %.3f ms/step against %.3f ms, %.2f times as fast (wall time)\n",
                kThreadedBatch, two * 1e3, one * 1e3, one / two);
  }
  print_ops(ops, timings);
  return entries;
}

}  // namespace tapehead::bench
