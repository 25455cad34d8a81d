// Optimisers: gradients in, changed parameters out.
//
// An update is elementwise over flat arrays, so any range of parameters can be updated by itself: threads
// split the range and the bits do not depend on how. One pass over memory sums the shards' gradients, scales,
// clips and applies them, because at batch 1 the time of an update is the time to stream its arrays. An
// optimiser holds hyper-parameters only; its state is the caller's, who stores it in checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "framework/tensor/real.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Which optimiser, and its hyper-parameters. A number that is NaN stands for the optimiser's own default
/// (the table below) until resolve() fills it in; a hyper-parameter the optimiser does not have stays NaN.
///
///                    learning_rate  momentum  decay  epsilon  beta1  beta2
///   rmsprop_graves   1e-4           0.9       0.95   1e-4     -      -
///   rmsprop          1e-4           0.9       0.95   1e-8     -      -
///   adam             1e-3           -         -      1e-8     0.9    0.999
///   sgd              1e-2           0         -      -        -      -
struct OptimizerOptions {
  static constexpr double kOwnDefault = std::numeric_limits<double>::quiet_NaN();

  std::string optimizer = "rmsprop_graves";
  double learning_rate = kOwnDefault;
  double momentum = kOwnDefault;
  double decay = kOwnDefault;
  double epsilon = kOwnDefault;
  double beta1 = kOwnDefault;
  double beta2 = kOwnDefault;

  template <class F>
  void visit(F&& f) {
    f(Setting{.name = "optimizer",
              .help = "how gradients change parameters",
              .choices = {"rmsprop_graves", "rmsprop", "adam", "sgd"}},
      optimizer);
    f(Setting{.name = "learning_rate", .help = "step size before the schedule", .minimum = 0}, learning_rate);
    f(Setting{.name = "momentum",
              .help = "share of the last change kept (rmsprop, sgd)",
              .minimum = 0,
              .maximum = 1},
      momentum);
    f(
        Setting{
            .name = "decay", .help = "share of the running means kept (rmsprop)", .minimum = 0, .maximum = 1},
        decay);
    f(Setting{.name = "epsilon", .help = "guard of the division (rmsprop, adam)", .minimum = 0}, epsilon);
    f(Setting{.name = "beta1", .help = "decay of the mean gradient (adam)", .minimum = 0, .maximum = 1},
      beta1);
    f(Setting{.name = "beta2", .help = "decay of the mean square (adam)", .minimum = 0, .maximum = 1}, beta2);
  }

  /// Fills in the optimiser's own defaults; doing it twice changes nothing.
  /// Throws UsageError at an unknown optimiser, at a number for a hyper-parameter it does not have, and at one with
  /// which no update is finite.
  void resolve();
};

/// What an update reads and writes: arrays over all parameters, none overlapping another.
struct UpdateArrays {
  Real* parameters;
  std::span<const Real* const>
      gradients;                 // one array per shard, at least one; the gradient is their sum in order
  std::span<Real* const> state;  // one array per name in state_names(), all 0 before the first update
};

/// What changes from update to update. The shards' sum is multiplied by gradient_scale (see norm_scale() in
/// clipping.hpp), then its elements are cut to [-clip, clip]. A NaN stays NaN, but an infinite element
/// becomes the limit: divergence has to be looked for in the gradient's norm.
struct UpdateStep {
  std::uint64_t step = 1;    // 1 at the first update
  double learning_rate = 0;  // after the schedule
  double gradient_scale = 1;
  double clip = std::numeric_limits<double>::infinity();
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Names of the state arrays, as they stand in checkpoints.
  virtual std::span<const std::string_view> state_names() const = 0;

  /// Updates parameters and state in [begin, end). The result does not depend on how a range is cut.
  virtual void update(const UpdateArrays& arrays, std::size_t begin, std::size_t end,
                      const UpdateStep& step) const = 0;
};

/// The optimiser that the options name. Throws as OptimizerOptions::resolve().
std::unique_ptr<Optimizer> make_optimizer(OptimizerOptions options);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
