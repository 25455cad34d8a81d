// The training loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/models/model.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/optimizer.hpp"
#include "framework/training/sharded_gradient.hpp"
#include "framework/training/snapshot.hpp"
#include "framework/training/training_observer.hpp"
#include "framework/training/training_options.hpp"
#include "framework/training/workers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

enum class Ending { finished, interrupted };

class Trainer {
 public:
  /// The model, the task and the options must outlive the trainer. Draws come from the stream "train" of the seed.
  /// Throws UsageError at options that do not fit together.
  Trainer(Model& model, const Task& task, const TrainingOptions& options, std::uint64_t seed,
          std::size_t threads);

  /// One step: an update, or what training.on_nan says instead if its loss or gradient is not finite, of which the
  /// observers are told. Throws DivergedError, naming step, seed, the first tensor that is not finite and the op that
  /// made it, where the run ends by that; the parameters are then as the last update left them.
  void step(std::span<TrainingObserver* const> observers = {});

  /// Steps until the options say to end or `stop` returns true: it is asked before every step and between the batches
  /// of evaluations. Ends with a checkpoint either way, and with an evaluation when finished. An evaluation that was
  /// interrupted is still due then, and comes first when the run goes on. Parameters are looked at before each
  /// evaluation, where what is not finite is treated as in step(), and before each checkpoint, which then is not made.
  Ending run(std::span<TrainingObserver* const> observers, const std::function<bool()>& stop);

  // --- where the run stands: all that a checkpoint must hold beside the parameters ------------------------------

  struct Progress {
    std::uint64_t step = 0;
    double window_loss = 0, window_error = 0;  // sums over the updates since the last row
    std::uint64_t window_steps = 0;
    double best_loss = 0, last_loss = 0;  // of evaluations; meaningful once there was one
    std::uint64_t evaluations = 0;
    std::uint64_t last_evaluation_step = 0;
    std::uint64_t steps_to_threshold = 0;  // 0: not reached yet
    // Of training.on_nan. A step is lost if the parameters have no update of it.
    std::uint64_t lost_steps = 0;
    std::uint64_t skipped_updates = 0, skipped_in_a_row = 0;
    std::uint64_t rollbacks = 0, rollbacks_in_a_row = 0;
    std::uint64_t snapshot_updates = 0;      // updates in what a rollback returns to
    std::uint64_t last_not_finite_step = 0;  // 0: there was none
  };
  const Progress& progress() const { return progress_; }
  void restore(const Progress& progress) { progress_ = progress; }

  /// Names of the state arrays: the optimiser's, and with training.on_nan=rollback what a rollback returns to,
  /// "rollback/parameters" and "rollback/<state>".
  std::span<const std::string_view> optimizer_state_names() const { return state_names_; }
  /// One state array, laid out like the model's flat parameters.
  std::span<Real> optimizer_state(std::size_t index);
  std::span<const Real> optimizer_state(std::size_t index) const;
  /// Makes what is now what a rollback returns to, if it is finite; does nothing unless training.on_nan=rollback. Done
  /// at the start and at each evaluation that was due by evaluate_every.
  void take_snapshot();

  /// The updates that the parameters have seen.
  std::uint64_t updates() const { return progress_.step - progress_.lost_steps; }
  /// The batch that the next step will draw.
  void next_batch(Batch& into) const;
  /// The norm of the whole gradient at the last step, before clipping.
  double last_gradient_norm() const { return grad_norm_; }

  std::uint64_t sequences() const { return progress_.step * options_.batch; }
  const TrainingOptions& options() const { return options_; }
  Model& model() { return model_; }
  const Model& model() const { return model_; }
  std::uint64_t seed() const { return seed_; }
  std::size_t threads() const { return workers_.threads(); }
  /// Whether the run is over: its last step is done, or an evaluation was below stop_below, and no evaluation is due.
  bool finished() const;

 private:
  bool at_end() const;
  bool evaluation_due() const;
  Real loss_scale() const;
  double norm_to_clip();
  Diagnosis diagnose_update(double loss);
  void expect_finite_parameters(std::span<TrainingObserver* const> observers);
  void remedy(Diagnosis diagnosis, bool of_update, std::span<TrainingObserver* const> observers);
  void roll_back();
  TrainingRow take_row();
  bool evaluate(std::span<TrainingObserver* const> observers, const std::function<bool()>& stop);
  EvaluationRow take(const Evaluation& evaluated);

  Model& model_;
  const Task& task_;
  TrainingOptions options_;
  std::uint64_t seed_;
  Workers workers_;
  Evaluator evaluator_;
  ShardedGradient gradient_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<std::string_view> state_names_;
  std::vector<AlignedMemory> state_;
  std::vector<Real*> state_arrays_;
  std::optional<Snapshot> snapshot_;  // with training.on_nan=rollback
  Batch batch_;
  Progress progress_;
  double grad_norm_ = 0, learning_rate_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
