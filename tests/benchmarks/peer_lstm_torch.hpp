#pragma once

#include <cstdint>
#include <memory>

#include "tests/benchmarks/peer_torch.hpp"

namespace tapehead::bench {

/// The LSTM baseline: one nn::LSTM a layer, each run over the whole sequence.
std::unique_ptr<TorchPeer> torch_lstm(const Network& network, std::int64_t batch, Precision precision);

}  // namespace tapehead::bench
