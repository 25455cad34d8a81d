#include "framework/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Threads share the update in pieces of this many scalars; a multiple of every vector and cache line.
constexpr std::size_t kUpdatePiece = 16384;

// Bounds of training.on_nan: a run that needs more has diverged.
constexpr std::uint64_t kMostSkippedInARow = 100;
constexpr std::uint64_t kMostRollbacksInARow = 10;

template <class Call>
void tell(std::span<TrainingObserver* const> observers, Call&& call) {
  for (TrainingObserver* const observer : observers) call(*observer);
}

AlignedMemory zeroed(std::size_t scalars) {
  AlignedMemory memory = aligned_new(scalars * sizeof(Real));
  std::fill_n(reinterpret_cast<Real*>(memory.get()), scalars, Real(0));
  return memory;
}

// Where no question is kept for validation, those that are trained on.
Split watched(const Task& task) {
  return task.size(Split::validation) > 0 ? Split::validation : Split::train;
}

}  // namespace

Trainer::Trainer(Model& model, const Task& task, const TrainingOptions& options, std::uint64_t seed,
                 std::size_t threads)
    : model_(model),
      task_(task),
      options_(options),
      seed_(seed),
      workers_(std::max<std::size_t>(1, threads)),
      evaluator_(task, options.evaluation_sequences, watched(task)),
      gradient_(model, workers_, options.batch, options.shard_count(), options.clipping.clip_backward) {
  options_.optimizer.resolve();
  options_.schedule.check();
  if (options_.steps == 0 && options_.sequences == 0) {
    throw UsageError("training.steps and training.sequences are both 0: one of them must end the run");
  }
  if (options_.cost != "mean" && options_.cost != "sum")
    throw UsageError("training.cost: expected mean or sum, got '" + options_.cost + "'");
  if (options_.on_nan != "stop" && options_.on_nan != "skip" && options_.on_nan != "rollback") {
    throw UsageError("training.on_nan: expected stop, skip or rollback, got '" + options_.on_nan + "'");
  }
  optimizer_ = make_optimizer(options_.optimizer);
  const std::size_t size = model.parameters().flat_size();
  const auto names = optimizer_->state_names();
  state_names_.assign(names.begin(), names.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    state_.push_back(zeroed(size));
    state_arrays_.push_back(reinterpret_cast<Real*>(state_.back().get()));
  }
  if (options_.on_nan == "rollback") {
    snapshot_.emplace(names, size);
    state_names_.insert(state_names_.end(), snapshot_->names().begin(), snapshot_->names().end());
  }
  take_snapshot();
}

std::span<const Real> Trainer::optimizer_state(std::size_t index) const {
  if (index >= state_arrays_.size()) return snapshot_->array(index - state_arrays_.size());
  return {state_arrays_[index], model_.parameters().flat_size()};
}

std::span<Real> Trainer::optimizer_state(std::size_t index) {
  const std::span<const Real> state = std::as_const(*this).optimizer_state(index);
  return {const_cast<Real*>(state.data()), state.size()};
}

bool Trainer::at_end() const { return progress_.step >= options_.last_step(); }

bool Trainer::evaluation_due() const {
  const bool done = progress_.evaluations > 0 && progress_.last_evaluation_step == progress_.step;
  return !done && progress_.step > 0 && (at_end() || progress_.step % options_.evaluate_every == 0);
}

bool Trainer::finished() const {
  const bool judged = progress_.evaluations > 0 && progress_.last_evaluation_step >= options_.linear_start;
  const bool solved = options_.stop_below > 0 && judged && progress_.last_loss < options_.stop_below;
  return (solved || at_end()) && !evaluation_due();
}

void Trainer::next_batch(Batch& into) const {
  task_.sample(RandomStream(seed_, "train").step(progress_.step), options_.batch, into);
}

// A gradient in bits would be larger than the customary one in nats by 1 / ln 2.
Real Trainer::loss_scale() const {
  const double unit = task_.loss() == Loss::bits ? std::numbers::ln2 : 1;
  return static_cast<Real>(options_.cost == "sum" ? unit : unit / static_cast<double>(options_.batch));
}

void Trainer::step(std::span<TrainingObserver* const> observers) {
  next_batch(batch_);
  model_.set_linear_attention(progress_.step < options_.linear_start);
  const Score score = gradient_.compute(batch_, loss_scale());
  const double loss = score.mean_loss();
  grad_norm_ = gradient_.norm();
  learning_rate_ = scheduled_rate(options_.schedule, options_.optimizer.learning_rate, progress_.step + 1);
  if (!std::isfinite(loss) || !std::isfinite(grad_norm_)) {
    return remedy(diagnose_update(loss), true, observers);
  }
  if (std::isfinite(options_.clipping.clip_parameter))
    gradient_.clip_parameters(options_.clipping.clip_parameter);

  const UpdateStep update{.step = updates() + 1,
                          .learning_rate = learning_rate_,
                          .gradient_scale = norm_scale(norm_to_clip(), options_.clipping.clip_norm),
                          .clip = options_.clipping.clip_gradient};
  const UpdateArrays arrays{model_.parameters().flat().data(), gradient_.arrays(), state_arrays_};
  const std::size_t size = model_.parameters().flat_size();
  workers_.for_each((size + kUpdatePiece - 1) / kUpdatePiece, [&](std::size_t piece, std::size_t) {
    optimizer_->update(arrays, piece * kUpdatePiece, std::min(size, (piece + 1) * kUpdatePiece), update);
  });

  ++progress_.step;
  ++progress_.window_steps;
  progress_.window_loss += loss;
  progress_.window_error += score.mean_wrong();
  progress_.skipped_in_a_row = 0;
}

// After clip_parameter, which may have shortened the gradient.
double Trainer::norm_to_clip() {
  const ClippingOptions& clipping = options_.clipping;
  const bool both = std::isfinite(clipping.clip_parameter) && std::isfinite(clipping.clip_norm);
  return both ? gradient_.norm() : grad_norm_;
}

// Of the update that has just been computed.
Diagnosis Trainer::diagnose_update(double loss) {
  Diagnosis diagnosis = gradient_.diagnose_again(batch_, loss_scale());
  diagnosis.loss = loss;
  diagnosis.grad_norm = grad_norm_;
  diagnosis.step = progress_.step + 1;
  return diagnosis;
}

void Trainer::expect_finite_parameters(std::span<TrainingObserver* const> observers) {
  Diagnosis diagnosis = diagnose_parameters(model_.parameters());
  if (diagnosis.place == Diagnosis::Place::nowhere) return;
  diagnosis.step = progress_.step;
  remedy(std::move(diagnosis), false, observers);
}

void Trainer::remedy(Diagnosis diagnosis, bool of_update, std::span<TrainingObserver* const> observers) {
  diagnosis.seed = seed_;
  if (diagnosis.place == Diagnosis::Place::parameter && progress_.step > 0) {
    diagnosis.chain.front().op =
        options_.optimizer.optimizer + " update of step " + std::to_string(progress_.step);
  }
  Remedy remedy = Remedy::stop;
  std::string tried;
  if (options_.on_nan == "skip" && of_update && diagnosis.place != Diagnosis::Place::parameter) {
    if (progress_.skipped_in_a_row < kMostSkippedInARow) remedy = Remedy::skip;
    tried = ", after " + std::to_string(kMostSkippedInARow) + " updates in a row were skipped";
  } else if (options_.on_nan == "rollback") {
    if (progress_.rollbacks_in_a_row < kMostRollbacksInARow) remedy = Remedy::rollback;
    tried = ", after " + std::to_string(kMostRollbacksInARow) + " rollbacks to the same parameters";
  }
  progress_.last_not_finite_step = diagnosis.step;
  if (remedy != Remedy::stop && of_update) {
    ++progress_.step;
    ++progress_.lost_steps;
  }
  if (remedy == Remedy::skip) {
    ++progress_.skipped_updates;
    ++progress_.skipped_in_a_row;
  }
  if (remedy == Remedy::rollback) roll_back();
  tell(observers, [&](TrainingObserver& o) { o.on_not_finite(*this, diagnosis, remedy); });
  if (remedy == Remedy::stop) throw DivergedError(diagnosis.message() + tried);
}

void Trainer::take_snapshot() {
  if (!snapshot_ || !snapshot_->take(model_.parameters().flat(), state_arrays_)) return;
  if (updates() > progress_.snapshot_updates) progress_.rollbacks_in_a_row = 0;
  progress_.snapshot_updates = updates();
}

void Trainer::roll_back() {
  snapshot_->restore(model_.parameters().flat(), state_arrays_);
  progress_.lost_steps = progress_.step - progress_.snapshot_updates;
  ++progress_.rollbacks;
  ++progress_.rollbacks_in_a_row;
}

TrainingRow Trainer::take_row() {
  const auto steps = static_cast<double>(progress_.window_steps);
  const TrainingRow row{
      progress_.step, sequences(),   progress_.window_loss / steps, progress_.window_error / steps,
      grad_norm_,     learning_rate_};
  progress_.window_loss = progress_.window_error = 0;
  progress_.window_steps = 0;
  return row;
}

// Returns false if it was interrupted.
bool Trainer::evaluate(std::span<TrainingObserver* const> observers, const std::function<bool()>& stop) {
  for (;;) {
    expect_finite_parameters(observers);
    model_.set_linear_attention(progress_.step < options_.linear_start);
    tell(observers, [&](TrainingObserver& o) { o.on_evaluation_begins(*this); });
    const std::optional<Evaluation> score = evaluator_.evaluate(model_, workers_, stop);
    if (!score) return false;
    if (std::isfinite(score->mean_loss())) {
      const EvaluationRow row = take(*score);
      tell(observers, [&](TrainingObserver& o) { o.on_evaluation(*this, row); });
      return true;
    }
    Batch batch;
    evaluator_.find_not_finite(batch);
    Diagnosis diagnosis = diagnose(model_, batch, model_.parameters().leaves(nullptr), false);
    diagnosis.evaluation = true;
    diagnosis.loss = score->mean_loss();
    diagnosis.step = progress_.step;
    remedy(std::move(diagnosis), false, observers);
  }
}

EvaluationRow Trainer::take(const Evaluation& evaluated) {
  const double loss = evaluated.mean_loss();
  // What was best with linear attention is forgotten with it: it was another model.
  const bool linear = progress_.step < options_.linear_start;
  const bool first =
      progress_.evaluations == 0 || (!linear && progress_.last_evaluation_step < options_.linear_start);
  const bool best = first || loss < progress_.best_loss;
  if (best) progress_.best_loss = loss;
  if (loss < options_.threshold && !linear && progress_.steps_to_threshold == 0)
    progress_.steps_to_threshold = progress_.step;
  progress_.last_loss = loss;
  progress_.last_evaluation_step = progress_.step;
  ++progress_.evaluations;
  // Not at the evaluation that ends a run before one is due: a run that is taken further forgets that one.
  if (progress_.step % options_.evaluate_every == 0) take_snapshot();
  return {.step = progress_.step,
          .sequences = sequences(),
          .loss = loss,
          .error = evaluated.mean_wrong(),
          .optimum = evaluated.mean_optimum(),
          .best = best};
}

Ending Trainer::run(std::span<TrainingObserver* const> observers, const std::function<bool()>& stop) {
  // What is not finite is left to the next step or evaluation: when checkpoints are made must not move a number.
  const auto save = [&] {
    if (diagnose_parameters(model_.parameters()).place != Diagnosis::Place::nowhere) return;
    tell(observers, [&](TrainingObserver& o) { o.on_checkpoint(*this); });
  };
  // What is due follows from progress_ alone, so that a run can go on from any checkpoint.
  bool stopped = false, saved = false;
  while (!finished() && !(stopped = stop())) {
    saved = false;
    if (!evaluation_due()) {  // else it was interrupted
      step(observers);
      tell(observers, [&](TrainingObserver& o) { o.on_step(*this); });
      if (progress_.step % options_.log_every == 0) {
        const TrainingRow row = take_row();
        tell(observers, [&](TrainingObserver& o) { o.on_row(*this, row); });
      }
    }
    stopped = evaluation_due() && !evaluate(observers, stop);
    if (stopped) break;
    saved = progress_.step % options_.checkpoint_every == 0;
    if (saved) save();
  }
  if (!saved) save();
  return stopped ? Ending::interrupted : Ending::finished;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
