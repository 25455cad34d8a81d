#include "experiments/autopsy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>

#include "experiments/checkpoint_state.hpp"
#include "experiments/machine.hpp"
#include "experiments/provenance.hpp"
#include "experiments/usable_checkpoint.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/tensor/error.hpp"
#include "framework/training/trainer.hpp"

namespace tapehead {
namespace {

constexpr std::uint64_t kFirst = std::numeric_limits<std::uint64_t>::max();  // the first that is not finite

// How many steps before the failure ranges are taken.
constexpr std::array<std::uint64_t, 4> kBefore = {100, 10, 1, 0};

class RangeRecorder final : public Recorder {
 public:
  explicit RangeRecorder(std::vector<StepRanges::Named>& into) : into_(into) {}
  void record(const Tape& tape, std::size_t, std::span<const Recording> recordings) override {
    for (const Recording& recording : recordings) {
      auto found = std::ranges::find(into_, recording.name, &StepRanges::Named::first);
      if (found == into_.end()) found = into_.insert(found, {std::string(recording.name), FiniteRange{}});
      found->second.add(recorded_range(tape, recording));
    }
  }

 private:
  std::vector<StepRanges::Named>& into_;
};

StepRanges ranges_of(const Trainer& trainer, Model& model) {
  StepRanges ranges{.step = trainer.progress().step + 1, .recorded = {}, .parameters = {}};
  Batch batch;
  trainer.next_batch(batch);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr), false);
  RangeRecorder recorder(ranges.recorded);
  ranges.loss = model.score(tape, batch, &recorder).score.mean_loss();
  for (std::uint32_t i = 0; i < model.parameters().all().size(); ++i) {
    const Parameter& parameter = model.parameters().all()[i];
    if (!parameter.trained) continue;
    ranges.parameters.emplace_back(parameter.path, finite_range(model.parameters().values(Var{i})));
  }
  return ranges;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// Compares rows with those that the run logged, and keeps what is found at the step in question.
class Watcher final : public TrainingObserver {
 public:
  Watcher(const MetricsTable& logged, std::uint64_t step, Model& model, Progress& progress, Autopsy& into)
      : logged_(logged), step_(step), model_(model), progress_(progress), into_(into) {}

  bool done(const Trainer& trainer) const {
    return into_.diagnosis.has_value() || trainer.progress().step > step_;
  }

  // Before the step behind those that are done.
  void look(const Trainer& trainer) {
    const std::uint64_t next = trainer.progress().step + 1;
    const bool wanted = step_ != kFirst && std::ranges::any_of(kBefore, [&](std::uint64_t before) {
                          return next + before == step_;
                        });
    if (wanted) into_.before.push_back(ranges_of(trainer, model_));
  }

  void on_step(const Trainer& trainer) override {
    keep_norm(trainer.progress().step, trainer.last_gradient_norm());
    look(trainer);
    if (!progress_.due()) return;
    const std::uint64_t last = step_ == kFirst ? trainer.options().last_step() : step_;
    progress_.show(
        {trainer.progress().step, last, trainer.sequences(), std::numeric_limits<double>::quiet_NaN()});
  }

  void on_row(const Trainer&, const TrainingRow& row) override {
    const auto at = static_cast<std::int64_t>(row.step);
    const auto found = std::ranges::lower_bound(logged_.step, at);
    if (found == logged_.step.end() || *found != at) return;
    const auto index = static_cast<std::size_t>(found - logged_.step.begin());
    const std::pair<const char*, double> values[] = {{"loss", row.loss},
                                                     {"error", row.error},
                                                     {"grad_norm", row.grad_norm},
                                                     {"learning_rate", row.learning_rate}};
    const bool same = std::ranges::all_of(values, [&](const auto& value) {
      const MetricsColumn* const column = logged_.find(value.first);
      return column != nullptr && same_bits(column->values[index], value.second);
    });
    ++into_.rows_compared;
    if (!same && into_.rows_different++ == 0) into_.first_different = row.step;
  }

  void on_not_finite(const Trainer&, const Diagnosis& diagnosis, Remedy remedy) override {
    const bool meant = step_ == kFirst || diagnosis.step == step_ || remedy == Remedy::stop;
    if (into_.diagnosis || !meant) return;
    into_.diagnosis = diagnosis;
    into_.to = diagnosis.step;
    if (!diagnosis.evaluation) keep_norm(diagnosis.step, diagnosis.grad_norm);
  }

 private:
  void keep_norm(std::uint64_t step, double norm) {
    if (!into_.before.empty() && into_.before.back().step == step) into_.before.back().grad_norm = norm;
  }

  const MetricsTable& logged_;
  std::uint64_t step_;
  Model& model_;
  Progress& progress_;
  Autopsy& into_;
};

// The newest checkpoint of the run from before a step that the replay can start at.
std::optional<FoundCheckpoint> checkpoint_before(const std::filesystem::path& directory, std::uint64_t step,
                                                 std::vector<std::string>& warnings) {
  const std::string too_late = "it is not from before the step in question";
  const auto usable = usable_in(directory);
  auto found = newest_good_checkpoint(directory, BadCheckpoint::skip, warnings,
                                      [&](const FoundCheckpoint& checkpoint) {
                                        if (static_cast<std::uint64_t>(checkpoint.checkpoint.step) >= step)
                                          throw DataError(too_late);
                                        usable(checkpoint);
                                      });
  std::erase_if(warnings, [&](const std::string& warning) { return warning.find(too_late) != warning.npos; });
  return found;
}

Autopsy replay_to(const RunReader& run, std::uint64_t step, Progress& progress) {
  const RunContents& contents = run.contents();
  const auto settings = stored_settings(contents.info.settings, run.file().string(), {});
  const TrainingOptions& options = settings->training();
  if (step != kFirst && step > options.last_step()) {
    throw UsageError("--step: the run ends at step " + std::to_string(options.last_step()));
  }
  const std::unique_ptr<Task> task = settings->make_task();
  const std::unique_ptr<Model> model = settings->make_model(*task);
  const std::size_t threads = std::min(options.shard_count(), hardware_threads());
  Trainer trainer(*model, *task, options, settings->seed(), threads);

  Autopsy autopsy;
  autopsy.run = settings->preset() + ", seed " + std::to_string(settings->seed());
  autopsy.other_program = differences_in_bits(contents.info.provenance, provenance_of(*settings, threads));
  if (auto found = checkpoint_before(run.directory(), step, autopsy.warnings)) {
    if (static_cast<std::uint64_t>(found->checkpoint.step) < options.last_step()) {
      reopen(found->checkpoint, found->path, options);
    }
    restore(found->checkpoint, found->path, trainer);
    autopsy.checkpoint = found->path;
  }
  autopsy.from = trainer.progress().step;
  autopsy.to = step;
  Watcher watcher(contents.metrics.train, step, *model, progress, autopsy);
  watcher.look(trainer);
  const std::array<TrainingObserver*, 1> observers = {&watcher};
  try {
    trainer.run(observers, [&] { return watcher.done(trainer); });
  } catch (const DivergedError&) {
    // The watcher was told of it.
  }
  if (!autopsy.diagnosis) autopsy.to = std::min(step, trainer.progress().step);
  return autopsy;
}

}  // namespace

std::optional<std::uint64_t> failed_step(const RunReader& run) {
  for (const char* const name : {"diverged_step", "last_not_finite_step"}) {
    for (const SummaryScalar& scalar : run.contents().metrics.summary) {
      if (scalar.column.name == name && scalar.value > 0) return static_cast<std::uint64_t>(scalar.value);
    }
  }
  return run.contents().status == RunStatus::diverged ? std::nullopt : std::optional<std::uint64_t>(0);
}

Autopsy replay(const RunReader& run, std::optional<std::uint64_t> step, Progress& progress) {
  if (step) {
    Autopsy autopsy = replay_to(run, *step, progress);
    autopsy.recorded = failed_step(run) == step;
    return autopsy;
  }
  Autopsy autopsy = replay_to(run, kFirst, progress);
  // Once more, to take ranges on the way to the step that is known now.
  return autopsy.diagnosis ? replay_to(run, autopsy.to, progress) : autopsy;
}

}  // namespace tapehead
