// The peers: the same networks in libtorch. They are peers only if they are written as well as libtorch allows, so they
// were tuned like our own code; their sources say what was tried.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "tests/benchmarks/model_subject.hpp"
#include "tests/benchmarks/networks.hpp"

namespace tapehead::bench {

/// Double precision tells how much of a difference is rounding.
enum class Precision { single_, double_ };

class TorchPeer {
 public:
  virtual ~TorchPeer() = default;

  /// Every parameter by its path in our network. Throws std::out_of_range if one is missing.
  virtual void set_parameters(const NamedValues& parameters) = 0;

  /// The mean cost in bits per sequence; leaves its gradient. inputs [time, batch, channels], targets [time, batch,
  /// bits], of which only the answer, the network's last steps, counts.
  virtual double forward_backward(std::span<const float> inputs, std::span<const float> targets) = 0;

  /// What is left of a training step: clips the gradient of the last forward_backward() and applies it, as our trainer
  /// does.
  virtual void update() = 0;

  /// The gradient of the last forward_backward(), by the paths of our parameters.
  virtual NamedValues gradients() const = 0;
};

/// The network for batches of a fixed size, for one thread: an NTM written with tensor operations, the LSTM baseline
/// with nn::LSTM. Parameters are undefined until set_parameters().
std::unique_ptr<TorchPeer> torch_peer(const Network& network, std::size_t batch, Precision precision);

/// What runs it: "libtorch 1.13.0, AVX2 code, 1 thread".
std::string torch_description();

}  // namespace tapehead::bench
