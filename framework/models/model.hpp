// A model: what maps a batch to predictions. Choices made at run time end here; below, everything is values.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/data/batch.hpp"
#include "framework/data/task.hpp"
#include "framework/memory/memory_module.hpp"
#include "framework/nn/parameters.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What a model must know of a task.
struct TaskShape {
  std::size_t input_size = 0;
  std::size_t target_size = 0;
  Loss loss = Loss::bits;
};

TaskShape shape_of(const Task& task);

/// Outputs at some of a batch's time steps: row r of `logits` [steps · batch, target] is example r mod batch at step
/// steps[r / batch].
struct Prediction {
  Var logits;
  std::span<const std::size_t> steps;
};

/// Which time steps to predict: those where the loss counts for some example, or all.
enum class Steps { scored, all };

/// Receives what a model does, step by step.
class Recorder {
 public:
  virtual ~Recorder() = default;
  /// `recordings` are valid during the call only; their Vars until the tape is reset.
  virtual void record(const Tape& tape, std::size_t time, std::span<const Recording> recordings) = 0;
};

/// Sums over the examples of a batch, in the unit of the task's loss.
struct Score {
  double loss = 0;   // bits or nats
  double wrong = 0;  // wrong bits or wrong classes
  double examples = 0;

  Score& operator+=(const Score& other);
  double mean_loss() const { return loss / examples; }    // of an example
  double mean_wrong() const { return wrong / examples; }  // of an example
};

class Model {
 public:
  explicit Model(const TaskShape& task) : task_(task) {}
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  const TaskShape& task() const { return task_; }

  /// Runs the model over a batch. The tape was reset with this model's leaves. Throws ShapeError if the batch is not
  /// one of this model's task. `recorder` may be nullptr.
  virtual Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const = 0;

  /// What a batch costs, with the loss as a value that can be differentiated.
  struct Scored {
    Var loss;     // [], the same as score.loss
    Var logits;   // of the steps where the loss counts
    Score score;  // sums over the examples of the batch
  };
  /// `recorder` may be nullptr. Throws as predict().
  Scored score(Tape& tape, const Batch& batch, Recorder* recorder = nullptr) const;

 protected:
  /// The steps of a batch that `steps` asks for, in the tape's arena. Throws std::invalid_argument if there are none.
  static std::span<const std::size_t> steps_of(Tape& tape, const SequenceBatch& batch, Steps steps);

  /// The batch as sequences, its widths checked. Throws ShapeError.
  const SequenceBatch& sequences(const char* where, const Batch& batch) const;

 private:
  Parameters parameters_;
  TaskShape task_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
