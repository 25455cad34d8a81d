// Traces: what a model did with a few examples, step by step, as /traces/<probe> holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One recorded quantity: "read_weights" [step, example, time, head, slot].
struct TraceTensor {
  std::string name;
  std::string long_name;
  std::string units = "1";
  std::vector<std::string> axes;   // outermost first; no axis twice
  std::vector<std::size_t> shape;  // one extent per axis, none 0
  std::vector<float> values;       // row by row, NaN beyond the end of shorter examples
};

/// What one probe recorded. Each axis becomes a dimension scale that counts from 0, except `step`, whose
/// scale has the training steps. An axis that has the same extent wherever it occurs has one scale of its
/// name; otherwise every tensor with it has its own, `<tensor>_<axis>`, as `input_bit` and `target_bit`.
struct TraceSet {
  std::vector<std::int64_t> steps;  // [step], ascending
  std::vector<TraceTensor> tensors;

  /// Throws std::invalid_argument if axes, shapes and values do not fit together or names collide.
  void check() const;

  /// Removes what was recorded after a training step; false if nothing is left.
  bool cut_after(std::int64_t last_step);
};

/// A probe's name, unique within a run ("length_20"), and what it recorded.
struct ProbeTraces {
  std::string name;
  TraceSet traces;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
