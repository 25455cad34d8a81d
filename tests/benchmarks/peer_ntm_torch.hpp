// The peer: the same NTM copy model in libtorch. It is a peer only if it is written as well as libtorch
// allows, so it was tuned like our own code; the source says what was tried.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

class TorchNtmCopy {
 public:
  /// Starts with all parameters 0; see set_parameters(). Limits libtorch to one thread.
  TorchNtmCopy(std::size_t batch, std::size_t length);
  ~TorchNtmCopy();

  void set_parameters(const NtmCopyParameters& parameters);

  /// The mean cost in bits per sequence; leaves its gradient. inputs [time, batch, 10], targets [time, batch,
  /// 8], of which only the answer phase, the last `length` steps, counts.
  double forward_backward(std::span<const float> inputs, std::span<const float> targets);

  /// The gradient of the last forward_backward().
  NtmCopyParameters gradients() const;

 private:
  class Network;  // keeps torch's headers, half a minute of compile time, in one source file
  std::unique_ptr<Network> network_;
};

/// What runs it: "libtorch 1.13.0, AVX2 code, 1 thread".
std::string torch_description();

}  // namespace tapehead::bench
