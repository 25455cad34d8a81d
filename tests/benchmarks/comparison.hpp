// One of the paper's networks in training beside the same in libtorch, if the program was built with that.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "framework/data/task.hpp"
#include "tests/benchmarks/model_subject.hpp"
#include "tests/benchmarks/networks.hpp"
#include "tests/benchmarks/report.hpp"

namespace tapehead::bench {

using MakeTask = std::function<std::unique_ptr<Task>(const Network&)>;

/// Registers a training step of ours and of the peer, which gets our parameters and one of our batches. Throws std::runtime_error if it computes another cost or gradient than we do.
void register_comparison(const Network& network, std::size_t batch, const MakeTask& make_task);

/// |a - b| / |b| over all parameters together. Throws std::out_of_range if `a` lacks one.
double relative_difference(const NamedValues& a, const NamedValues& b);

/// What register_comparison() called our step.
std::string our_label(const Network& network, std::size_t batch);

/// The comparison once both have run.
Entry comparison_entry(const Network& network, std::size_t batch, const Timings& timings);

/// "libtorch 1.13.0, ...", or that there is none.
std::string peer_description();

/// Says so if other programs took much of the processor from our steps.
void print_if_busy(const Network& network, std::size_t batch, const Timings& timings);

}  // namespace tapehead::bench
