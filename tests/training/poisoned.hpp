// Tasks and models that give numbers that are not finite, at chosen steps, and a run of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"
#include "tests/training/small_run.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
inline constexpr Real kInf = std::numeric_limits<Real>::infinity();

/// Copying, but for some draws of some streams, which are spoiled. Pure, as a task has to be.
class PoisonedTask final : public Task {
 public:
  using Poison = std::function<void(SequenceBatch&)>;

  /// Spoils what the training of `seed` draws at these steps, counted from 1.
  void at_steps(std::uint64_t seed, std::vector<std::uint64_t> steps, Poison poison) {
    for (const std::uint64_t step : steps) spoil(RandomStream(seed, "train").step(step - 1), poison);
  }
  void in_evaluation(std::uint64_t batch, Poison poison) {
    spoil(RandomStream(0, "evaluation").step(batch), std::move(poison));
  }

  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override {
    copy_.sample(stream, batch, into);
    const std::uint32_t mark = stream.draws().bits();
    for (const auto& [spoiled, poison] : poisons_) {
      if (spoiled == mark) poison(std::get<SequenceBatch>(into));
    }
  }
  std::size_t input_size() const override { return copy_.input_size(); }
  std::size_t target_size() const override { return copy_.target_size(); }
  Loss loss() const override { return copy_.loss(); }
  std::string_view name() const override { return "poisoned"; }
  std::string picture() const override { return ""; }

 private:
  void spoil(const RandomStream& stream, Poison poison) {
    poisons_.emplace_back(stream.draws().bits(), std::move(poison));
  }

  Copy copy_ = small_task();
  std::vector<std::pair<std::uint32_t, Poison>> poisons_;
};

/// What an input of the StumblingModel has to hold for its op to spoil gradients.
inline constexpr Real kStumblingBlock = 7;

/// Logits are a linear function of the input, passed through an op whose backward, where the input holds
/// kStumblingBlock, gives gradients that add up to `spoiled` over the rows.
class StumblingModel final : public Model {
 public:
  explicit StumblingModel(const TaskShape& task, Real spoiled = kNan) : Model(task), spoiled_(spoiled) {
    weight_ = parameters().add("weight", {task.input_size + 1, task.target_size}, initial::glorot(true));
    parameters().complete(1);
  }

  Prediction predict(Tape& tape, const Batch& batch, Steps which, Recorder*) const override {
    const SequenceBatch& sequence = sequences("StumblingModel::predict", batch);
    const std::span<const std::size_t> steps = steps_of(tape, sequence, which);
    const std::span<const Real> inputs{sequence.inputs.data(), sequence.inputs.size()};
    const Var all = tape.constant(inputs, {inputs.size() / task().input_size, task().input_size});
    const Var rows = take_steps(tape, all, steps, sequence.size());
    const bool stumbles = std::ranges::find(inputs, kStumblingBlock) != inputs.end();
    return {stumble(tape, linear(tape, weight_, std::span(&rows, 1)), stumbles), steps};
  }

 private:
  struct Record {
    Var x, y;
    bool stumbles;
    Real spoiled;
  };

  static void stumble_backward(Tape& tape, const Record& r) {
    const Real* const dy = tape.output_gradient(r.y);
    Real* const dx = dy != nullptr ? tape.zeroed_input_gradient(r.x) : nullptr;
    if (dx == nullptr) return;
    const Real spoiled = r.spoiled / static_cast<Real>(tape.shape(r.x).rows());
    for (std::size_t i = 0; i < tape.shape(r.x).size(); ++i) dx[i] += r.stumbles ? spoiled : dy[i];
  }

  Var stumble(Tape& tape, Var x, bool stumbles) const {
    const Var y = tape.output(tape.shape(x), {x});
    std::ranges::copy(tape.value(x), tape.mutable_data(y));
    tape.node<stumble_backward>(Record{x, y, stumbles, spoiled_}, y);
    return y;
  }

  Real spoiled_;
  Var weight_;
};

/// A run of any task and model, and everything it tells.
class WatchedRun : public TrainingObserver {
 public:
  WatchedRun(const Task& task, std::unique_ptr<Model> model_, const TrainingOptions& options,
             std::uint64_t seed = 3, std::size_t threads = 1)
      : model(std::move(model_)), trainer(*model, task, options, seed, threads) {}

  /// Trains until `stop`, or to the end. What the run threw is empty if it threw nothing.
  Ending run(const std::function<bool()>& stop = [] { return false; }) {
    TrainingObserver* const self = this;
    try {
      return trainer.run(std::span(&self, 1), stop);
    } catch (const DivergedError& error) {
      error_ = error.what();
      return Ending::finished;
    }
  }
  Ending run_until(std::uint64_t step) {
    return run([this, step] { return trainer.progress().step >= step; });
  }
  const std::string& error() const { return error_; }

  void on_step(const Trainer& t) override {
    if (after_step) after_step(t.progress().step);
  }
  void on_row(const Trainer&, const TrainingRow& row) override { rows.push_back(row); }
  void on_evaluation(const Trainer&, const EvaluationRow& row) override { evaluations.push_back(row); }
  void on_checkpoint(const Trainer& t) override { checkpoints.push_back(t.progress().step); }
  void on_not_finite(const Trainer&, const Diagnosis& diagnosis, Remedy remedy) override {
    diagnoses.push_back(diagnosis);
    remedies.push_back(remedy);
  }

  std::vector<Real> parameters() const {
    return {model->parameters().flat().begin(), model->parameters().flat().end()};
  }

  /// Makes this run stand where another does, by all that a checkpoint holds.
  void go_on_from(const WatchedRun& other) {
    std::ranges::copy(other.parameters(), model->parameters().flat().begin());
    for (std::size_t i = 0; i < trainer.optimizer_state_names().size(); ++i) {
      std::ranges::copy(other.trainer.optimizer_state(i), trainer.optimizer_state(i).begin());
    }
    trainer.restore(other.trainer.progress());
  }

  std::unique_ptr<Model> model;
  Trainer trainer;
  std::function<void(std::uint64_t)> after_step;
  std::vector<TrainingRow> rows;
  std::vector<EvaluationRow> evaluations;
  std::vector<std::uint64_t> checkpoints;
  std::vector<Diagnosis> diagnoses;
  std::vector<Remedy> remedies;

 private:
  std::string error_;
};

/// Steps of 16 sequences, rows every 5, evaluations every 10, checkpoints every 15.
inline TrainingOptions poisoned_options(const char* on_nan = "stop", const char* optimizer = "adam") {
  TrainingOptions options = small_options();
  options.steps = 40;
  options.optimizer.optimizer = optimizer;
  options.log_every = 5;
  options.evaluate_every = 10;
  options.checkpoint_every = 15;
  options.on_nan = on_nan;
  return options;
}

/// The same bits, a NaN being like any other.
inline bool same_numbers(double a, double b) { return a == b || (a != a && b != b); }

inline bool same_rows(const std::vector<TrainingRow>& a, const std::vector<TrainingRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TrainingRow& x, const TrainingRow& y) {
    return x.step == y.step && x.sequences == y.sequences && same_numbers(x.loss, y.loss) &&
           same_numbers(x.error, y.error) && same_numbers(x.grad_norm, y.grad_norm) &&
           x.learning_rate == y.learning_rate;
  });
}

inline bool same_evaluations(const std::vector<EvaluationRow>& a, const std::vector<EvaluationRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const EvaluationRow& x, const EvaluationRow& y) {
                      return x.step == y.step && x.sequences == y.sequences && x.loss == y.loss &&
                             x.error == y.error && x.best == y.best;
                    });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
