// The training loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/models/model.hpp"
#include "framework/training/evaluator.hpp"
#include "framework/training/optimizer.hpp"
#include "framework/training/training_options.hpp"
#include "framework/training/workers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One row of metrics/train: means over the updates since the last row, and the last update's norm and rate.
struct TrainingRow {
  std::uint64_t step = 0;       // updates done
  std::uint64_t sequences = 0;  // sequences seen
  double loss = 0;              // of a sequence, in the unit of the task's loss
  double error = 0;             // wrong bits or classes of a sequence
  double grad_norm = 0;         // before clipping
  double learning_rate = 0;
};

/// One row of metrics/eval, on sequences that are the same at every evaluation.
struct EvaluationRow {
  std::uint64_t step = 0;
  std::uint64_t sequences = 0;
  double loss = 0;
  double error = 0;
  bool best = false;  // lowest loss so far
};

class Trainer;

/// Watches a run. Called on the training thread, between updates.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(const Trainer&) {}
  virtual void on_row(const Trainer&, const TrainingRow&) {}
  virtual void on_evaluation(const Trainer&, const EvaluationRow&) {}
  virtual void on_checkpoint(const Trainer&) {}
};

enum class Ending { finished, interrupted };

class Trainer {
 public:
  /// The model, the task and the options must outlive the trainer. Draws come from the stream "train" of the seed.
  /// Throws UsageError at options that do not fit together.
  Trainer(Model& model, const Task& task, const TrainingOptions& options, std::uint64_t seed,
          std::size_t threads);
  ~Trainer();

  /// One update. Throws DivergedError, naming step, seed and the first tensor that is not finite, if the loss or the
  /// gradient is not; the parameters are then as the last update left them.
  void step();

  /// Updates until the options say to end or `stop` (asked before every update) returns true. Ends with a checkpoint
  /// either way, and with an evaluation when finished. Throws DivergedError as step() does, and before an evaluation or
  /// a checkpoint of parameters that are not finite.
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
  };
  const Progress& progress() const { return progress_; }
  void restore(const Progress& progress) { progress_ = progress; }

  std::span<const std::string_view> optimizer_state_names() const;
  /// One optimiser state array, laid out like the model's flat parameters.
  std::span<Real> optimizer_state(std::size_t index);
  std::span<const Real> optimizer_state(std::size_t index) const;

  std::uint64_t sequences() const { return progress_.step * options_.batch; }
  const TrainingOptions& options() const { return options_; }
  Model& model() { return model_; }
  const Model& model() const { return model_; }
  std::uint64_t seed() const { return seed_; }
  std::size_t threads() const { return workers_.threads(); }
  bool finished() const;

 private:
  struct Shard;
  struct Place;

  void gradients();
  double gradient_norm();
  void expect_finite_parameters(std::uint64_t step) const;
  [[noreturn]] void diverged(std::uint64_t step, double loss) const;
  std::string divergence(std::uint64_t step) const;
  TrainingRow take_row();
  EvaluationRow evaluate();

  Model& model_;
  const Task& task_;
  TrainingOptions options_;
  std::uint64_t seed_;
  Workers workers_;
  Evaluator evaluator_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<AlignedMemory> state_;
  std::vector<Real*> state_arrays_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<Place>> places_;  // by thread
  std::vector<const Real*> gradient_arrays_;
  std::vector<double> block_sums_;
  Batch batch_;
  Progress progress_;
  double grad_norm_ = 0, learning_rate_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
