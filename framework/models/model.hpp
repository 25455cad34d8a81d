// A model: what maps a batch to predictions. Choices made at run time end here; below, everything is values.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
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
  StoryShape story = {};
};

TaskShape shape_of(const Task& task);

/// Throws UsageError if the task has stories: for models that read sequences.
void expect_sequences(const TaskShape& task);

/// Throws UsageError unless the task has stories: for the model of that name.
void expect_stories(const TaskShape& task, const std::string& model);

/// Outputs at some of a batch's time steps, or to its questions. For stories, logits [batch, answer] has word w in column
/// w - 1, columns beyond the words are never right, and there is one step. For sequences: row r of `logits` [steps · batch, target] is example r mod batch at step
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

/// Sums over the examples of a batch.
struct Score {
  double loss = 0;   // bits, nats, or what is missing to the margin of a ranking: see ModelBuilder::loss()
  double wrong = 0;  // wrong bits or wrong answers
  double examples = 0;
  double judged = 0;  // what `wrong` is counted over: examples whose bits, or answers

  Score& operator+=(const Score& other);
  double mean_loss() const { return loss / examples; }  // of an example
  double mean_wrong() const { return wrong / judged; }  // bits of an example, or the share of the answers
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

  /// Whether attention is to leave its softmax out, as at the start of training (Sukhbaatar et al. 2015, section 4.2).
  /// Models without such a stage do nothing.
  virtual void set_linear_attention(bool) {}

  /// What a batch costs, with the loss as a value that can be differentiated.
  struct Scored {
    Var loss;     // [], the same as score.loss
    Var logits;   // of the steps where the loss counts
    Score score;  // sums over the examples of the batch
  };
  /// `recorder` may be nullptr. Throws as predict(). In a sequence of classes scored steps in a row are one answer, which
  /// is wrong if any of them is. A question whose answer is 0, no word, or a step whose target is none of the classes, is
  /// wrong whatever is answered: the score's loss is then infinite, and `loss` that of the others.
  Scored score(Tape& tape, const Batch& batch, Recorder* recorder = nullptr) const {
    return score_batch(tape, batch, recorder);
  }

 protected:
  /// The steps of a batch that `steps` asks for, in the tape's arena. Throws std::invalid_argument if there are none.
  static std::span<const std::size_t> steps_of(Tape& tape, const SequenceBatch& batch, Steps steps);

  /// The batch as sequences, its widths checked. Throws ShapeError.
  const SequenceBatch& sequences(const char* where, const Batch& batch) const;

  /// The batch as stories. Throws std::invalid_argument.
  static const StoryBatch& stories(const char* where, const Batch& batch);

  /// Questions whose largest logit is not the answer's; logits [batch, answer] as in Prediction.
  static double wrong_answers(const Tape& tape, Var logits, const StoryBatch& batch);

  /// What score() does: the task's loss of what predict() gives. A model that is trained otherwise has its own, and says
  /// so: see ModelBuilder::loss().
  virtual Scored score_batch(Tape& tape, const Batch& batch, Recorder* recorder) const;

 private:
  // One row of logits each: the targets [row, class or bit], and whether it counts.
  struct Targets {
    Real* values;
    Real* mask;
  };
  // Count what is wrong, and over what, in a score that has its examples.
  static void judge_bits(const Tape& tape, const Prediction& prediction, const Targets& targets,
                         Score& score);
  static void judge_answers(const Tape& tape, const Prediction& prediction, const Targets& targets,
                            Score& score);
  // Rows without an answer leave the mask, for they have no gradient, and the loss is infinite.
  static void leave_out_unanswerable(const Targets& targets, std::size_t rows, std::size_t columns,
                                     Score& score);
  Targets targets_of(Tape& tape, const StoryBatch& stories, std::size_t columns) const;
  Targets targets_of(Tape& tape, const SequenceBatch& sequence, const Prediction& prediction) const;

  Parameters parameters_;
  TaskShape task_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
