// What this core can do at most: the roofs that other figures are measured against.
#pragma once

namespace tapehead::bench {

struct MachinePeak {
  double fma_gflops;    // fused multiply-adds on whole vectors of float, two operations each
  double l2_gigabytes;  // read per second from a buffer that fits the second-level cache but not the first
};

/// Measured on the calling thread, in about a fifth of a second: the best of many short runs, since whatever
/// else the machine does can only slow one down.
MachinePeak measure_machine_peak();

}  // namespace tapehead::bench
