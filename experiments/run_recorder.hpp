// Writes a run down while it trains: rows into run.h5, checkpoints, the log and the progress line.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/progress.hpp"
#include "experiments/run_log.hpp"
#include "experiments/run_settings.hpp"
#include "framework/io/run_contents.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/training/trainer.hpp"

namespace tapehead {

/// The columns and scalars that a run of this task writes.
RunDescription describe_run(const RunSettings& settings, const Task& task, std::string run_id,
                            std::vector<Attribute> provenance);

class RunRecorder final : public TrainingObserver {
 public:
  /// All must outlive the recorder.
  RunRecorder(const std::filesystem::path& directory, const RunSettings& settings, const std::string& run_id,
              Loss loss, RunWriter& writer, RunLog& log, Progress& progress);

  void on_step(const Trainer& trainer) override;
  void on_row(const Trainer& trainer, const TrainingRow& row) override;
  void on_evaluation_begins(const Trainer& trainer) override;
  void on_evaluation(const Trainer& trainer, const EvaluationRow& row) override;
  void on_checkpoint(const Trainer& trainer) override;
  void on_not_finite(const Trainer& trainer, const Diagnosis& diagnosis, Remedy remedy) override;

 private:
  void summarise(const Trainer::Progress& progress);
  void save(const Trainer& trainer, const std::filesystem::path& path);

  const std::filesystem::path& directory_;
  const RunSettings& settings_;
  const std::string& run_id_;
  Loss loss_;
  RunWriter& writer_;
  RunLog& log_;
  Progress& progress_;
  double shown_loss_;  // of the last row; NaN before the first
};

}  // namespace tapehead
