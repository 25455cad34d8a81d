// One run of a sweep in this process.
#include <exception>

#include "experiments/failure.hpp"
#include "experiments/run_training.hpp"
#include "experiments/sweep.hpp"
#include "experiments/sweep_claim.hpp"
#include "experiments/sweep_task.hpp"

namespace tapehead {

ExitCode run_task(const SweepTask& task, std::size_t threads) {
  const PlannedTask plan(task);
  const std::string name = task.name;
  if (const Standing found = look_at(plan); found.state.status == SweepTaskState::Status::finished)
    return ExitCode::done;
  const std::optional<TaskClaim> claim = TaskClaim::take(task, true);
  const Standing found = look_at(plan);
  if (!claim || found.state.elsewhere) throw UnavailableError(name + ": another process is training it");
  if (found.state.status == SweepTaskState::Status::finished) return ExitCode::done;
  if (!found.to_do) throw Error(found.state.code, name + ": " + found.state.reason);
  const NextAttempt next = prepare(plan);
  claim->attempt_begins(training_arguments(task, next, threads));
  try {
    const TrainingOutcome outcome = next.resume
                                        ? resume_training(task.directory, next.settings, threads)
                                        : start_training(plan.settings(), task.directory.string(), threads);
    claim->attempt_ended(static_cast<int>(outcome.code));
    return outcome.code;
  } catch (const std::exception&) {
    const Failure failure = current_failure();
    claim->error(failure.message);
    claim->attempt_ended(failure.exit_code);
    throw;
  }
}

std::string status_text(const SweepTaskState& state) {
  switch (state.status) {
    case SweepTaskState::Status::waiting:
      return "waiting";
    case SweepTaskState::Status::running:
      return state.elsewhere ? "running elsewhere" : "running";
    case SweepTaskState::Status::finished:
      return "finished";
    case SweepTaskState::Status::failed:
      return "failed";
  }
  return "";
}

}  // namespace tapehead
