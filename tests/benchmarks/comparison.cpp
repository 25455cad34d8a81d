#include "tests/benchmarks/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#ifdef TAPEHEAD_WITH_TORCH
#include "tests/benchmarks/peer_torch.hpp"
#endif

namespace tapehead::bench {

namespace {

constexpr double kBusy = 1.1;  // wall time over CPU time from which the machine counts as not ours alone

std::string label(const char* who, const Network& network, std::size_t batch) {
  return std::string(who) + " " + std::string(network.name) + "/" + std::to_string(batch);
}

#ifdef TAPEHEAD_WITH_TORCH

double forward_backward(TorchPeer& peer, const SequenceBatch& sequences) {
  return peer.forward_backward({sequences.inputs.data(), sequences.inputs.size()},
                               {sequences.targets.data(), sequences.targets.size()});
}

// Speeds are comparable only if both compute the same. Over many steps rounding alone moves a gradient in single
// precision by more than any fixed tolerance, so both are held against the peer in double precision: ours may be off by
// a small amount, or by little more than the peer's own.
void expect_equal(const ModelSubject& ours, const Network& network, std::size_t batch,
                  const SequenceBatch& sequences, TorchPeer& peer) {
  constexpr double kCostTolerance = 1e-5, kGradientTolerance = 1e-4, kTimesPeers = 10;
  const std::unique_ptr<TorchPeer> exact = torch_peer(network, batch, Precision::double_);
  exact->set_parameters(ours.parameters());
  const double bits = forward_backward(*exact, sequences);
  const ModelSubject::CostAndGradient own = ours.differentiate(sequences);
  const double peers_bits = forward_backward(peer, sequences);
  const NamedValues gradient = exact->gradients();
  const double cost = std::max(std::abs(own.bits / bits - 1), std::abs(peers_bits / bits - 1));
  const double own_error = relative_difference(own.gradient, gradient);
  const double peers_error = relative_difference(peer.gradients(), gradient);
  std::printf(
      "%-28s batch %2zu: off libtorch in double precision: cost %.0e, gradient %.0e (libtorch's %.0e)\n",
      std::string(network.name).c_str(), batch, cost, own_error, peers_error);
  if (!(cost < kCostTolerance && own_error < std::max(kGradientTolerance, kTimesPeers * peers_error))) {
    throw std::runtime_error("the peer does not compute what we compute");
  }
}

void register_peer(const ModelSubject& ours, const Network& network, std::size_t batch) {
  const auto sequences = std::make_shared<SequenceBatch>(ours.sample(0));
  const std::shared_ptr<TorchPeer> peer = torch_peer(network, batch, Precision::single_);
  peer->set_parameters(ours.parameters());
  expect_equal(ours, network, batch, *sequences, *peer);
  register_step(label("peer", network, batch), [peer, sequences] {
    forward_backward(*peer, *sequences);
    peer->update();
  });
}

std::optional<Entry::Peer> peer_of(const Network& network, std::size_t batch, const Timings& timings) {
  return Entry::Peer{torch_description(),
                     timings.median(label("peer", network, batch)) * 1e3 / static_cast<double>(batch)};
}

#else

void register_peer(const ModelSubject&, const Network&, std::size_t) {}
std::optional<Entry::Peer> peer_of(const Network&, std::size_t, const Timings&) { return std::nullopt; }

#endif

}  // namespace

double relative_difference(const NamedValues& a, const NamedValues& b) {
  double difference = 0, norm = 0;
  for (const auto& [path, y] : b) {
    const std::vector<float>& x = a.at(path);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double d = static_cast<double>(x.at(i)) - static_cast<double>(y[i]);
      difference += d * d;
      norm += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
  }
  return std::sqrt(difference / norm);
}

std::string our_label(const Network& network, std::size_t batch) { return label("ours", network, batch); }

void register_comparison(const Network& network, std::size_t batch, const MakeTask& make_task) {
  const auto ours = std::make_shared<ModelSubject>(network, make_task(network), batch, 1);
  register_peer(*ours, network, batch);
  register_step(our_label(network, batch), [ours] { ours->step(); });
}

Entry comparison_entry(const Network& network, std::size_t batch, const Timings& timings) {
  const double ms = timings.median(our_label(network, batch)) * 1e3 / static_cast<double>(batch);
  return {std::string(network.name), batch, ms, peer_of(network, batch, timings)};
}

std::string peer_description() {
#ifdef TAPEHEAD_WITH_TORCH
  return torch_description();
#else
  return "none: this program was built without libtorch (install libtorch-dev)";
#endif
}

void print_if_busy(const Network& network, std::size_t batch, const Timings& timings) {
  const std::string step = our_label(network, batch);
  const double shared = timings.median(step, Clock::wall) / timings.median(step);
  if (shared <= kBusy) return;
  std::printf(
      "\nOther programs are running: a step took %.1f times its CPU time. Expect lower figures, two threads\n"
      "most of all; measure again on a quiet machine.\n",
      shared);
}

}  // namespace tapehead::bench
