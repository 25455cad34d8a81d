// What a net does with one batch, time step by time step.
#pragma once

#include "experiments/trained_net.hpp"
#include "framework/io/traces.hpp"

namespace tapehead {

/// Runs the net over sequences and keeps input, target, mask, output (probabilities) and all that the memory records
/// (addressing weights, head parameters), with axes [step, example, time, …]. Of stories: see story_tracing.hpp.
TraceSet trace_batch(TrainedNet& net, const Batch& batch);

}  // namespace tapehead
