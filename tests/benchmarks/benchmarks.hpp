// The benchmarks that `tapehead bench NAME` knows. Each prints a table on stdout and returns what goes into
// the file.
#pragma once

#include <vector>

#include "tests/benchmarks/machine_peak.hpp"
#include "tests/benchmarks/report.hpp"

namespace tapehead::bench {

/// A training step of copy at fixed length 20 and batch 1, 16, 64, beside the same model in libtorch if it
/// was built with that; a breakdown by op; two threads against one. Throws std::runtime_error if the peer
/// computes another cost or gradient than we do.
std::vector<Entry> ntm_copy(const MachinePeak& peak);

/// A training step of every network of the NTM paper's tables at batch 1 and 16, on random bits of its longest training
/// sequence, beside libtorch. Throws as ntm_copy().
std::vector<Entry> ntm2014(const MachinePeak& peak);

/// A training step of an end-to-end memory network on stories of bAbI's task 2, of our own making, and on stories that
/// fill a memory of 50 sentences, beside libtorch. Throws as ntm_copy().
std::vector<Entry> memn2n(const MachinePeak& peak);

/// Each matrix product of that step as a fraction of the core's peak, beside OpenBLAS.
std::vector<Entry> matmul(const MachinePeak& peak);

}  // namespace tapehead::bench
