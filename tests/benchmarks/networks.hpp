// The networks of Tables 1 to 3 of Graves, Wayne and Danihelka 2014, arXiv:1410.5401, each with the length of its
// longest training sequence.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tapehead::bench {

enum class ControllerKind { feedforward, lstm, none };  // none: the LSTM baseline, which has no memory

struct Network {
  std::string_view name;  // of its preset
  std::size_t inputs;     // channels of a step
  std::size_t outputs;    // scored bits of a step
  std::size_t steps;      // of a sequence
  std::size_t answer;     // the last so many steps are scored
  ControllerKind controller;
  std::size_t units;   // of each layer
  std::size_t layers;  // an LSTM's
  std::size_t heads;   // as many read and as many write heads

  bool has_memory() const { return controller != ControllerKind::none; }
};

inline constexpr std::size_t kSlots = 128;  // memory rows, N
inline constexpr std::size_t kWidth = 20;   // of a memory row

std::span<const Network> ntm2014_networks();

/// Floating-point operations of forward and backward for one sequence: multiplications and additions of the
/// products and of everything that touches the whole memory; what is of size [slots] or smaller is left out.
double flops_per_sequence(const Network& network);

}  // namespace tapehead::bench
