#pragma once

#include <cstdint>
#include <memory>

#include "tests/benchmarks/peer_torch.hpp"

namespace tapehead::bench {

/// An NTM with any of the paper's controllers, as many read as write heads.
std::unique_ptr<TorchPeer> torch_ntm(const Network& network, std::int64_t batch, Precision precision);

}  // namespace tapehead::bench
