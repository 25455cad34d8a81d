#include "experiments/run_recorder.hpp"

#include <array>
#include <limits>
#include <utility>

#include "experiments/checkpoint_state.hpp"
#include "experiments/loss_names.hpp"
#include "framework/io/checkpoint_directory.hpp"

namespace tapehead {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

RunDescription describe_run(const RunSettings& settings, const Task& task, std::string run_id,
                            std::vector<Attribute> provenance) {
  const LossNames& names = names_of(settings.loss(task));
  const std::string unit = names.unit, error_unit = names.error_unit;
  const std::string error = names.errors;
  return {.info = {.title = settings.title(),
                   .run_id = std::move(run_id),
                   .settings = settings.text(),
                   .config = config_attributes(settings.settings()),
                   .provenance = std::move(provenance),
                   .vocabulary = task.words()},
          .train = {{"loss", unit, "training loss per sequence, mean since the last row"},
                    {"error", error_unit, "training " + error + ", mean since the last row"},
                    {"grad_norm", "1", "norm of the gradient before clipping, at the last step"},
                    {"learning_rate", "1", "learning rate at the last step"},
                    {"sequences", "1", "training sequences seen"},
                    {"wall_time", "s", "time since the run began"}},
          .eval = {{"loss", unit, "evaluation loss per sequence"},
                   {"error", error_unit, "evaluation " + error},
                   {"optimum", unit, "least possible loss per sequence on the same sequences, where known"},
                   {"sequences", "1", "training sequences seen"},
                   {"wall_time", "s", "time since the run began"}},
          .summary = {{"best_loss", unit, "lowest evaluation loss"},
                      {"final_loss", unit, "last evaluation loss"},
                      {"final_error", error_unit, "last evaluation " + error},
                      {"steps_to_threshold", "1", "first step evaluated below training.threshold"},
                      {"sequences_to_threshold", "1", "training sequences seen by then"},
                      {"skipped_updates", "1", "updates left out because they were not finite"},
                      {"rollbacks", "1", "returns to earlier parameters at what was not finite"},
                      {"last_not_finite_step", "1", "last step at which something was not finite"},
                      {"diverged_step", "1", "step at which the run diverged"}}};
}

RunRecorder::RunRecorder(const std::filesystem::path& directory, const RunSettings& settings,
                         const std::string& run_id, Loss loss, RunWriter& writer, RunLog& log,
                         Progress& progress)
    : directory_(directory),
      settings_(settings),
      run_id_(run_id),
      loss_(loss),
      writer_(writer),
      log_(log),
      progress_(progress),
      shown_loss_(kUnknown) {}

void RunRecorder::on_step(const Trainer& trainer) {
  writer_.flush_if_due();
  if (!progress_.due()) return;
  progress_.show({trainer.progress().step, trainer.options().last_step(), trainer.sequences(), shown_loss_});
}

void RunRecorder::on_row(const Trainer&, const TrainingRow& row) {
  shown_loss_ = row.loss;
  const std::array values = {row.loss,
                             row.error,
                             row.grad_norm,
                             row.learning_rate,
                             static_cast<double>(row.sequences),
                             writer_.wall_seconds()};
  writer_.append_train(static_cast<std::int64_t>(row.step), values);
  writer_.flush_if_due();  // the next step may be a long one
}

void RunRecorder::on_evaluation_begins(const Trainer&) { writer_.flush(); }

void RunRecorder::on_evaluation(const Trainer& trainer, const EvaluationRow& row) {
  const std::array values = {row.loss, row.error, row.optimum, static_cast<double>(row.sequences),
                             writer_.wall_seconds()};
  writer_.append_eval(static_cast<std::int64_t>(row.step), values);
  const Trainer::Progress& progress = trainer.progress();
  writer_.set_summary("best_loss", progress.best_loss);
  writer_.set_summary("final_loss", row.loss);
  writer_.set_summary("final_error", row.error);
  const LossNames& names = names_of(loss_);
  const std::string costs =
      with_unit(short_number(row.loss), names.unit) + " and " + short_number(row.error) + " " + names.errors;
  writer_.flush_if_due();
  log_.note("step " + grouped(row.step) + ": evaluation gives " + costs);
  if (progress.steps_to_threshold == row.step && row.step > 0) {
    writer_.set_summary("steps_to_threshold", static_cast<double>(row.step));
    writer_.set_summary("sequences_to_threshold", static_cast<double>(row.sequences));
    log_.say("below " + with_unit(short_number(trainer.options().threshold), names.unit) + " after " +
             grouped(row.sequences) + " sequences");
  }
  if (row.best) save(trainer, best_checkpoint_path(directory_));
}

void RunRecorder::on_not_finite(const Trainer& trainer, const Diagnosis& diagnosis, Remedy remedy) {
  const auto step = static_cast<double>(diagnosis.step);
  summarise(trainer.progress());
  if (remedy == Remedy::stop) {  // the error that follows says why
    writer_.set_summary("diverged_step", step);
    return;
  }
  const std::string done =
      remedy == Remedy::skip
          ? "left out"
          : "back to the parameters of " + grouped(trainer.progress().snapshot_updates) + " updates";
  log_.say("step " + grouped(diagnosis.step) + ": " + done + ": " + diagnosis.what());
}

void RunRecorder::summarise(const Trainer::Progress& progress) {
  writer_.set_summary("skipped_updates", static_cast<double>(progress.skipped_updates));
  writer_.set_summary("rollbacks", static_cast<double>(progress.rollbacks));
  if (progress.last_not_finite_step > 0) {
    writer_.set_summary("last_not_finite_step", static_cast<double>(progress.last_not_finite_step));
  }
}

void RunRecorder::save(const Trainer& trainer, const std::filesystem::path& path) {
  write_checkpoint(path, capture(trainer, settings_, run_id_, writer_.metrics()));
  give_back_memory();
}

void RunRecorder::on_checkpoint(const Trainer& trainer) {
  summarise(trainer.progress());
  const auto step = static_cast<std::int64_t>(trainer.progress().step);
  save(trainer, checkpoint_path(directory_, step));
  prune_checkpoints(directory_, step);
  log_.note("step " + grouped(trainer.progress().step) + ": checkpoint");
}

}  // namespace tapehead
