#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/benchmarks/benchmarks.hpp"
#include "tests/benchmarks/ntm_copy_ops.hpp"
#include "tests/benchmarks/ntm_copy_shapes.hpp"
#include "tests/benchmarks/ntm_copy_subject.hpp"
#ifdef TAPEHEAD_WITH_TORCH
#include "tests/benchmarks/peer_ntm_torch.hpp"
#endif

namespace tapehead::bench {

namespace {

constexpr std::size_t kBatches[] = {1, 16, 64};
constexpr std::size_t kThreadedBatch = 16;
constexpr double kBusy = 1.1;  // wall time over CPU time from which the machine counts as not ours alone

std::string label(const char* who, std::size_t batch) {
  return std::string(who) + "/" + std::to_string(batch);
}

#ifdef TAPEHEAD_WITH_TORCH

// |a - b| / |b| over all parameters together.
double relative_difference(const NtmCopyParameters& a, const NtmCopyParameters& b) {
  double difference = 0, norm = 0;
  const auto add = [&](const std::vector<float>& x, const std::vector<float>& y) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double d = static_cast<double>(x.at(i)) - static_cast<double>(y[i]);
      difference += d * d;
      norm += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
  };
  add(a.controller, b.controller);
  add(a.hidden, b.hidden);
  add(a.cell, b.cell);
  add(a.heads, b.heads);
  add(a.head_weights, b.head_weights);
  add(a.memory, b.memory);
  add(a.read, b.read);
  add(a.output, b.output);
  return std::sqrt(difference / norm);
}

// The peer with our parameters and one of our batches. Speeds are comparable only if both compute the same.
class Peer {
 public:
  Peer(const NtmCopySubject& ours, std::size_t batch) : sequences_(ours.sample(0)), network_(batch, kLength) {
    constexpr double kCostTolerance = 1e-5, kGradientTolerance = 1e-4;  // both in single precision
    network_.set_parameters(ours.parameters());
    const double bits = forward_backward();
    const NtmCopySubject::CostAndGradient expected = ours.differentiate(sequences_);
    const double cost = std::abs(bits / expected.bits - 1);
    const double gradient = relative_difference(network_.gradients(), expected.gradient);
    std::printf("batch %2zu: libtorch's cost differs from ours by %.1e, its gradient by %.1e\n", batch, cost,
                gradient);
    if (!(cost < kCostTolerance && gradient < kGradientTolerance)) {
      throw std::runtime_error("the peer does not compute what we compute");
    }
  }

  double forward_backward() {
    return network_.forward_backward({sequences_.inputs.data(), sequences_.inputs.size()},
                                     {sequences_.targets.data(), sequences_.targets.size()});
  }

 private:
  SequenceBatch sequences_;
  TorchNtmCopy network_;
};

void register_peer(const NtmCopySubject& ours, std::size_t batch) {
  register_step(label("peer", batch),
                [peer = std::make_shared<Peer>(ours, batch)] { peer->forward_backward(); });
}

std::optional<Entry::Peer> peer_of(const Timings& timings, std::size_t batch) {
  return Entry::Peer{torch_description(),
                     timings.median(label("peer", batch)) * 1e3 / static_cast<double>(batch)};
}

std::string peer_description() { return torch_description() + ": forward and backward"; }

#else

void register_peer(const NtmCopySubject&, std::size_t) {}
std::optional<Entry::Peer> peer_of(const Timings&, std::size_t) { return std::nullopt; }
std::string peer_description() {
  return "none: this program was built without libtorch (install libtorch-dev)";
}

#endif

void print_steps(const std::vector<Entry>& entries, const MachinePeak& peak) {
  const double flops = flops_per_sequence(kLength), bound = flops / peak.fma_gflops * 1e-6;
  std::printf("\nTraining step of copy: length %zu, LSTM %zu, memory %zux%zu, one thread, CPU time\n",
              kLength, kUnits, kSlots, kWidth);
  std::printf("ours: forward, backward and optimiser; peer: %s\n", peer_description().c_str());
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
  for (const std::size_t batch : kBatches) rest[batch] = microseconds("ours", batch);
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
  for (const std::size_t batch : kBatches) std::printf(" %11.1f", microseconds("ours", batch));
  std::printf("\n");
}

}  // namespace

std::vector<Entry> ntm_copy(const MachinePeak& peak) {
  std::printf("\n");
  std::vector<Subject> ops;
  for (const std::size_t batch : kBatches) {
    const auto ours = std::make_shared<NtmCopySubject>(batch, kLength, 1);
    register_peer(*ours, batch);
    register_step(label("ours", batch), [ours] { ours->step(); });
    ops = ntm_copy_ops(batch, kLength);
    for (const Subject& op : ops) register_step(label(op.name.c_str(), batch), op.step);
  }
  const bool threaded = std::thread::hardware_concurrency() > 1;
  if (threaded) {
    const auto ours = std::make_shared<NtmCopySubject>(kThreadedBatch, kLength, 2);
    register_step("two threads", [ours] { ours->step(); });
  }
  const Timings timings = run_interleaved();

  std::vector<Entry> entries;
  for (const std::size_t batch : kBatches) {
    const double ms = timings.median(label("ours", batch)) * 1e3 / static_cast<double>(batch);
    entries.push_back({"ntm-copy", batch, ms, peer_of(timings, batch)});
  }
  print_steps(entries, peak);
  const std::string step = label("ours", kThreadedBatch);
  const double shared = timings.median(step, Clock::wall) / timings.median(step);
  if (shared > kBusy) {
    std::printf(
        "\nOther programs are running: a step took %.1f times its CPU time. Expect lower figures, two "
        "threads\n"
        "most of all; measure again on a quiet machine.\n",
        shared);
  }
  if (threaded) {
    const double one = timings.median(label("ours", kThreadedBatch), Clock::wall);
    const double two = timings.median("two threads", Clock::wall);
    std::printf("\nTwo threads at batch %zu: %.3f ms/step against %.3f ms, %.2f times as fast (wall time)\n",
                kThreadedBatch, two * 1e3, one * 1e3, one / two);
  }
  print_ops(ops, timings);
  return entries;
}

}  // namespace tapehead::bench
