// How a run is trained: section "training" of its settings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include "framework/tensor/setting.hpp"
#include "framework/training/clipping.hpp"
#include "framework/training/optimizer.hpp"
#include "framework/training/schedule.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

struct TrainingOptions {
  std::size_t steps = 0;      // 0: no limit
  std::size_t sequences = 0;  // 0: no limit; whichever of the two comes first ends the run
  std::size_t batch = 1;
  std::size_t shards = 0;        // 0: batch / 8, at least 1 and at most 8
  std::string cost = "mean";     // of a batch's examples, or their sum (Sukhbaatar et al. 2015, section 4.2)
  std::size_t linear_start = 0;  // updates without softmax in attention (Sukhbaatar et al. 2015, section 4.2)
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  ClippingOptions clipping;
  std::size_t log_every = 100;
  std::size_t evaluate_every = 1000;
  std::size_t evaluation_sequences = 1000;
  std::size_t checkpoint_every = 10000;
  double stop_below = 0;   // 0: train to the end
  double threshold = 0.1;  // for /summary/steps_to_threshold
  /// What happens at an update whose loss or gradient is not finite. It is never applied.
  ///   stop      the run has diverged
  ///   skip      the run goes on with the next step's draws. It has diverged when that happens at more than 100 steps
  ///             in a row, when a parameter is not finite, or an evaluation: then there is no update to leave out
  ///   rollback  parameters and optimiser state become what they were at the last evaluation that was due and finite
  ///             (at the start, before there is one), and the run goes on with the next step's draws; the same where a
  ///             parameter or an evaluation is not finite. The run has diverged when that happens more than 10 times
  ///             without a finite evaluation of newer parameters in between
  /// The learning rate follows the steps, not the updates that were kept.
  std::string on_nan = "stop";

  template <class F>
  void visit(F&& f) {
    f(Setting{.name = "steps", .help = "updates at most; 0 for no limit", .unit = "step"}, steps);
    f(Setting{.name = "sequences", .help = "sequences at most; 0 for no limit", .unit = "sequence"},
      sequences);
    f(Setting{.name = "batch", .help = "sequences per update", .unit = "sequence", .minimum = 1}, batch);
    f(Setting{.name = "shards", .help = "parts a batch is cut into; 0 for batch / 8, from 1 to 8"}, shards);
    f(Setting{.name = "cost", .help = "what is minimised over a batch", .choices = {"mean", "sum"}}, cost);
    f(Setting{.name = "linear_start",
              .help = "updates at first in which attention is linear, for memory networks",
              .unit = "step"},
      linear_start);
    optimizer.visit(f);
    schedule.visit(f);
    clipping.visit(f);
    f(Setting{.name = "log_every", .help = "updates per row of metrics/train", .unit = "step", .minimum = 1},
      log_every);
    f(Setting{.name = "evaluate_every", .help = "updates between evaluations", .unit = "step", .minimum = 1},
      evaluate_every);
    f(Setting{.name = "evaluation_sequences",
              .help = "sequences of an evaluation, the same ones each time",
              .unit = "sequence",
              .minimum = 1},
      evaluation_sequences);
    f(
        Setting{
            .name = "checkpoint_every", .help = "updates between checkpoints", .unit = "step", .minimum = 1},
        checkpoint_every);
    f(Setting{.name = "stop_below",
              .help = "end when the evaluation loss is below this; 0 for never",
              .minimum = 0},
      stop_below);
    f(Setting{.name = "threshold",
              .help = "evaluation loss that counts as solved in the summary",
              .minimum = 0},
      threshold);
    f(Setting{.name = "on_nan",
              .help = "what an update leads to that is not finite: the end, leaving it out, or going back",
              .choices = {"stop", "skip", "rollback"}},
      on_nan);
  }

  /// Parts a batch is cut into. It decides the order of sums, and with it the bits; the number of threads does not.
  std::size_t shard_count() const {
    const std::size_t wanted = shards == 0 ? std::clamp<std::size_t>(batch / 8, 1, 8) : shards;
    return std::min(wanted, batch);
  }

  /// The update that ends the run.
  std::size_t last_step() const {
    constexpr std::size_t kForever = std::numeric_limits<std::size_t>::max();
    const std::size_t by_sequences = sequences == 0 ? kForever : (sequences + batch - 1) / batch;
    return std::min(steps == 0 ? kForever : steps, by_sequences);
  }
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
