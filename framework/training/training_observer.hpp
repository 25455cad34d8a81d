// What a run tells those who watch it.
#pragma once

#include <cstdint>

#include "framework/training/diagnosis.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// One row of metrics/train: means over the updates since the last row, and the last step's norm and rate.
struct TrainingRow {
  std::uint64_t step = 0;       // steps done
  std::uint64_t sequences = 0;  // sequences seen
  double loss = 0;              // of a sequence, in the unit of the task's loss; NaN if no update was applied
  double error = 0;             // wrong bits or classes of a sequence; NaN if no update was applied
  double grad_norm = 0;         // before clipping
  double learning_rate = 0;
};

/// One row of metrics/eval, on sequences that are the same at every evaluation.
struct EvaluationRow {
  std::uint64_t step = 0;
  std::uint64_t sequences = 0;
  double loss = 0;
  double error = 0;
  double optimum = 0;  // the least loss there can be on the same sequences; NaN: not known
  bool best = false;   // lowest loss so far
};

/// What was done about something that is not finite: training.on_nan, or stop where that is of no help.
enum class Remedy { stop, skip, rollback };

class Trainer;

/// Watches a run. Called on the training thread, between updates.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(const Trainer&) {}
  virtual void on_row(const Trainer&, const TrainingRow&) {}
  /// Before an evaluation, which may take long.
  virtual void on_evaluation_begins(const Trainer&) {}
  virtual void on_evaluation(const Trainer&, const EvaluationRow&) {}
  virtual void on_checkpoint(const Trainer&) {}
  /// After the remedy was taken; at Remedy::stop, before the DivergedError is thrown.
  virtual void on_not_finite(const Trainer&, const Diagnosis&, Remedy) {}
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
