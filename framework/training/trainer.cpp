#include "framework/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// Threads share the update in pieces of this many scalars; a multiple of every vector and cache line.
constexpr std::size_t kUpdatePiece = 16384;

bool finite(std::span<const Real> values) {
  return std::all_of(values.begin(), values.end(), [](Real v) { return std::isfinite(v); });
}

// A number that is not finite; the sign of a NaN means nothing.
std::string in_words(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

AlignedMemory zeroed(std::size_t scalars) {
  AlignedMemory memory = aligned_new(scalars * sizeof(Real));
  std::fill_n(reinterpret_cast<Real*>(memory.get()), scalars, Real(0));
  return memory;
}

}  // namespace

// A fixed part of the batch, which any thread can work on.
struct Trainer::Shard {
  std::size_t begin, end;  // examples
  AlignedMemory gradient;
  std::vector<Leaf> leaves;
  Score score;

  Real* gradient_data() const { return reinterpret_cast<Real*>(gradient.get()); }
};

// What a thread works with; it goes from shard to shard, so that its memory stays in the cache.
struct Trainer::Place {
  Tape tape;
  Batch batch;
};

Trainer::Trainer(Model& model, const Task& task, const TrainingOptions& options, std::uint64_t seed,
                 std::size_t threads)
    : model_(model),
      task_(task),
      options_(options),
      seed_(seed),
      workers_(std::max<std::size_t>(1, threads)),
      evaluator_(task, options.evaluation_sequences) {
  options_.optimizer.resolve();
  options_.schedule.check();
  if (options_.steps == 0 && options_.sequences == 0) {
    throw UsageError("training.steps and training.sequences are both 0: one of them must end the run");
  }
  optimizer_ = make_optimizer(options_.optimizer);
  const std::size_t size = model.parameters().flat_size(), count = options_.shard_count();
  for (std::size_t i = 0; i < optimizer_->state_names().size(); ++i) {
    state_.push_back(zeroed(size));
    state_arrays_.push_back(reinterpret_cast<Real*>(state_.back().get()));
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->begin = options_.batch * i / count;
    shard->end = options_.batch * (i + 1) / count;
    shard->gradient = zeroed(size);
    shard->leaves = model.parameters().leaves(shard->gradient_data());
    gradient_arrays_.push_back(shard->gradient_data());
    shards_.push_back(std::move(shard));
  }
  for (std::size_t i = 0; i < workers_.threads(); ++i) places_.push_back(std::make_unique<Place>());
  block_sums_.resize(norm_blocks(size));
}

Trainer::~Trainer() = default;

std::span<const std::string_view> Trainer::optimizer_state_names() const { return optimizer_->state_names(); }

std::span<Real> Trainer::optimizer_state(std::size_t index) {
  return {state_arrays_[index], model_.parameters().flat_size()};
}

std::span<const Real> Trainer::optimizer_state(std::size_t index) const {
  return {state_arrays_[index], model_.parameters().flat_size()};
}

bool Trainer::finished() const {
  const bool solved =
      options_.stop_below > 0 && progress_.evaluations > 0 && progress_.last_loss < options_.stop_below;
  return solved || progress_.step >= options_.last_step();
}

// Every shard's gradient of the mean loss over the whole batch.
void Trainer::gradients() {
  // A gradient in bits would be larger than the customary one in nats by 1 / ln 2.
  const double unit = task_.loss() == Loss::bits ? std::numbers::ln2 : 1;
  const Real scale = static_cast<Real>(unit / static_cast<double>(options_.batch));
  task_.sample(RandomStream(seed_, "train").step(progress_.step), options_.batch, batch_);
  workers_.for_each(shards_.size(), [&](std::size_t item, std::size_t thread) {
    Shard& shard = *shards_[item];
    auto& [tape, part] = *places_[thread];
    if (shards_.size() > 1) slice_examples(batch_, shard.begin, shard.end, part);
    tape.reset(shard.leaves);
    const Model::Scored scored = model_.score(tape, shards_.size() > 1 ? part : batch_);
    tape.backward(scored.loss, scale);
    shard.score = scored.score;
  });
}

double Trainer::gradient_norm() {
  workers_.for_each(block_sums_.size(), [&](std::size_t block, std::size_t) {
    block_sums(gradient_arrays_, model_.parameters().flat_size(), block, block + 1, block_sums_);
  });
  return combined_norm(block_sums_);
}

void Trainer::step() {
  gradients();
  Score score;
  for (const auto& shard : shards_) score += shard->score;
  const double loss = score.mean_loss();
  grad_norm_ = gradient_norm();
  if (!std::isfinite(loss) || !std::isfinite(grad_norm_)) diverged(progress_.step + 1, loss);

  learning_rate_ = scheduled_rate(options_.schedule, options_.optimizer.learning_rate, progress_.step + 1);
  const UpdateStep update{.step = progress_.step + 1,
                          .learning_rate = learning_rate_,
                          .gradient_scale = norm_scale(grad_norm_, options_.clipping.clip_norm),
                          .clip = options_.clipping.clip_gradient};
  const UpdateArrays arrays{model_.parameters().flat().data(), gradient_arrays_, state_arrays_};
  const std::size_t size = model_.parameters().flat_size();
  workers_.for_each((size + kUpdatePiece - 1) / kUpdatePiece, [&](std::size_t piece, std::size_t) {
    optimizer_->update(arrays, piece * kUpdatePiece, std::min(size, (piece + 1) * kUpdatePiece), update);
  });

  ++progress_.step;
  ++progress_.window_steps;
  progress_.window_loss += loss;
  progress_.window_error += score.mean_wrong();
}

void Trainer::expect_finite_parameters(std::uint64_t step) const {
  const Parameters& parameters = model_.parameters();
  for (std::uint32_t i = 0; i < parameters.all().size(); ++i) {
    if (!finite(parameters.values(Var{i}))) {
      throw DivergedError(divergence(step) + "parameter " + parameters.all()[i].path + " is not finite");
    }
  }
}

void Trainer::diverged(std::uint64_t step, double loss) const {
  expect_finite_parameters(step);
  if (!std::isfinite(loss)) throw DivergedError(divergence(step) + "the loss is " + in_words(loss));
  for (const Parameter& parameter : model_.parameters().all()) {
    for (const Real* gradient : gradient_arrays_) {
      if (!finite({gradient + parameter.offset, parameter.shape.size()})) {
        throw DivergedError(divergence(step) + "the gradient of " + parameter.path + " is not finite");
      }
    }
  }
  throw DivergedError(divergence(step) + "the norm of the gradient is " + in_words(grad_norm_));
}

std::string Trainer::divergence(std::uint64_t step) const {
  return "diverged at step " + std::to_string(step) + " with seed " + std::to_string(seed_) + ": ";
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

EvaluationRow Trainer::evaluate() {
  expect_finite_parameters(progress_.step);
  const Score score = evaluator_.evaluate(model_, workers_);
  const double loss = score.mean_loss();
  if (!std::isfinite(loss)) {
    throw DivergedError(divergence(progress_.step) + "the evaluation loss is " + in_words(loss));
  }
  const bool best = progress_.evaluations == 0 || loss < progress_.best_loss;
  if (best) progress_.best_loss = loss;
  if (loss < options_.threshold && progress_.steps_to_threshold == 0)
    progress_.steps_to_threshold = progress_.step;
  progress_.last_loss = loss;
  progress_.last_evaluation_step = progress_.step;
  ++progress_.evaluations;
  return {progress_.step, sequences(), loss, score.mean_wrong(), best};
}

Ending Trainer::run(std::span<TrainingObserver* const> observers, const std::function<bool()>& stop) {
  const auto tell = [&](auto&& call) {
    for (TrainingObserver* observer : observers) call(*observer);
  };
  const auto save = [&] {
    expect_finite_parameters(progress_.step);
    tell([&](TrainingObserver& o) { o.on_checkpoint(*this); });
  };
  const auto evaluate_now = [&] {
    const EvaluationRow row = evaluate();
    tell([&](TrainingObserver& o) { o.on_evaluation(*this, row); });
  };
  bool stopped = false;
  bool saved = false;
  while (!finished() && !(stopped = stop())) {
    step();
    tell([&](TrainingObserver& o) { o.on_step(*this); });
    if (progress_.step % options_.log_every == 0) {
      const TrainingRow row = take_row();
      tell([&](TrainingObserver& o) { o.on_row(*this, row); });
    }
    if (progress_.step % options_.evaluate_every == 0) evaluate_now();
    saved = progress_.step % options_.checkpoint_every == 0;
    if (saved) save();
  }
  if (!stopped && (progress_.evaluations == 0 || progress_.last_evaluation_step != progress_.step)) {
    evaluate_now();
    saved = false;
  }
  if (!saved) save();
  return stopped ? Ending::interrupted : Ending::finished;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
