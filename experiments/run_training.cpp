#include "experiments/run_training.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <limits>
#include <utility>
#include <vector>

#include "experiments/checkpoint_state.hpp"
#include "experiments/loss_names.hpp"
#include "experiments/machine.hpp"
#include "experiments/progress.hpp"
#include "experiments/provenance.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_log.hpp"
#include "experiments/run_recorder.hpp"
#include "experiments/signals.hpp"
#include "experiments/stored_examples.hpp"
#include "experiments/usable_checkpoint.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/durable_file.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/training/schedule.hpp"
#include "framework/training/trainer.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

// What may change when a run goes on: when it ends, how often it is saved, and what happens where it would have ended.
constexpr std::array kChangeable = {"training.steps", "training.sequences", "training.stop_below",
                                    "training.checkpoint_every", "training.on_nan"};

// These may change too, for as long as every update that is done keeps its rate.
bool is_of_schedule(std::string_view key) {
  bool found = false;
  ScheduleOptions().visit([&](const Setting& setting, const auto&) {
    found = found || key == "training." + std::string(setting.name);
  });
  return found;
}

// What is trained: everything that can be refused, or not fit into memory, before anything is written.
struct Net {
  Net(const RunSettings& settings, std::optional<std::size_t> threads)
      : task(settings.make_task()),
        model(settings.make_model(*task)),
        trainer(*model, *task, settings.training(), settings.seed(),
                std::min(settings.training().shard_count(), threads.value_or(hardware_threads()))) {}

  std::unique_ptr<Task> task;
  std::unique_ptr<Model> model;
  Trainer trainer;
};

// A run that is being written: what is trained, where, and who tells of it.
struct Run {
  Run(const RunSettings& settings_, const fs::path& directory_, Net& net, std::string run_id_)
      : settings(settings_),
        directory(directory_),
        task(*net.task),
        trainer(net.trainer),
        run_id(std::move(run_id_)),
        progress(std::cerr, isatty(STDERR_FILENO) != 0, names_of(settings.loss(task)).unit),
        log(directory, progress) {}

  RunDescription description() const {
    std::vector<Attribute> provenance = provenance_of(settings, trainer.threads());
    if (const std::string digest = digest_of_examples(task); !digest.empty())
      provenance.push_back({kExamplesDigest, digest});
    return describe_run(settings, task, run_id, std::move(provenance));
  }

  const RunSettings& settings;
  const fs::path& directory;
  const Task& task;
  Trainer& trainer;
  std::string run_id;
  Progress progress;
  RunLog log;
};

void write_settings_file(const fs::path& directory, const RunSettings& settings) {
  const std::string text = settings.text();
  write_partial(directory / "settings.ini", std::as_bytes(std::span(text)));
  publish(directory / "settings.ini");
}

std::string described(const Run& run) {
  const std::size_t shards = run.settings.training().shard_count();
  const std::string why = shards == 1 ? " (a batch in one shard is not divided)" : "";
  return run.settings.preset() + ", seed " + std::to_string(run.settings.seed()) + ": " +
         grouped(run.trainer.model().parameters().count()) + " parameters, " +
         std::to_string(run.trainer.threads()) + (run.trainer.threads() == 1 ? " thread" : " threads") + why;
}

// The loop itself, with everything that has to be said and written however it ends.
TrainingOutcome train(Run& run, RunWriter& writer) {
  RunRecorder recorder(run.directory, run.settings, run.run_id, run.settings.loss(run.task), writer, run.log,
                       run.progress);
  // So that a kill loses nothing but time. A run that is to stop already saves itself as it does.
  if (run.trainer.progress().step == 0 && stop_signal() == 0) recorder.on_checkpoint(run.trainer);
  const std::array<TrainingObserver*, 1> observers = {&recorder};
  const std::string resume = "./tapehead train --resume " + shown(run.directory);
  Ending ending;
  try {
    ending = run.trainer.run(observers, [] { return stop_signal() != 0; });
  } catch (const DivergedError& error) {
    run.log.note(error.what());
    writer.finish(RunStatus::diverged);
    const std::string where = shown(run.directory);
    throw DivergedError(std::string(error.what()) + "\nthe last good checkpoint is kept; the run is in " +
                        where + "\nhow it came to that: ./tapehead autopsy " + where);
  }
  const Trainer::Progress& progress = run.trainer.progress();
  const double loss =
      progress.evaluations > 0 ? progress.last_loss : std::numeric_limits<double>::quiet_NaN();
  const std::string where = "step " + grouped(progress.step) + " after " + clock_time(writer.wall_seconds());
  if (ending == Ending::interrupted) {
    writer.finish(RunStatus::interrupted);
    const int signal = stop_signal();
    run.log.say("interrupted by " + std::string(signal_name(signal)) + " at " + where +
                "; go on with: " + resume);
    return {run.directory, exit_code_of(signal), loss};
  }
  writer.finish(RunStatus::finished);
  run.log.say("finished at " + where + ": evaluation loss " +
              with_unit(short_number(loss), names_of(run.settings.loss(run.task)).unit) + " per sequence");
  return {run.directory, ExitCode::done, loss};
}

void expect_changeable(std::span<const Assignment> changes) {
  for (const Assignment& change : changes) {
    if (may_change(change.key) || is_of_schedule(change.key)) continue;
    std::string allowed;
    for (const char* const key : kChangeable) allowed += std::string(key) + ", ";
    throw UsageError("setting '" + change.key + "' cannot change when a run is resumed, only " + allowed +
                     "and how the learning rate will fall (training.schedule and its settings)");
  }
}

// So that a run whose rate was made to fall later is the run that had been told so from the beginning.
void expect_same_rates(const TrainingOptions& before, const TrainingOptions& now,
                       std::uint64_t updates_done) {
  const auto rate = [](const TrainingOptions& options, std::uint64_t step) {
    return scheduled_rate(options.schedule, options.optimizer.learning_rate, step);
  };
  for (std::uint64_t step = 1; step <= updates_done; ++step) {
    if (rate(before, step) == rate(now, step)) continue;
    throw UsageError(
        "the learning rate of updates that are done cannot change when a run is resumed: update " +
        grouped(step) + " of " + grouped(updates_done) + " would have had another; see training.hold_steps");
  }
}

// So that nothing is written into a directory that is not a run's.
void expect_checkpoints(const fs::path& directory) {
  if (!list_checkpoints(directory).empty() || fs::exists(best_checkpoint_path(directory))) return;
  const fs::path settings = directory / "settings.ini";
  const std::string again =
      fs::exists(settings) ? "; start anew with: ./tapehead train " + shown(settings) : "";
  throw DataError(directory.string() + ": there is no checkpoint in it" + again);
}

FoundCheckpoint newest_checkpoint(const fs::path& directory, std::vector<std::string>& warnings) {
  std::optional<FoundCheckpoint> found =
      newest_good_checkpoint(directory, BadCheckpoint::set_aside, warnings, usable_in(directory));
  if (found) return std::move(*found);
  std::string reasons;
  for (const std::string& warning : warnings) reasons += "\n" + warning;
  throw DataError(directory.string() + ": there is no usable checkpoint in it" + reasons);
}

// What run.h5 holds; nothing if it cannot be read.
std::optional<RunContents> earlier_contents(const fs::path& directory) {
  try {
    return RunReader(directory).contents();
  } catch (const DataError&) {
    return std::nullopt;
  }
}

// Not after a kill between the last checkpoint and the end.
bool properly_ended(const std::optional<RunContents>& run) {
  return run && run->status != RunStatus::running && run->status != RunStatus::failed;
}

TrainingOutcome nothing_to_do(Run& run) {
  const Trainer::Progress& progress = run.trainer.progress();
  const TrainingOptions& options = run.settings.training();
  const std::string ended = "nothing to do: the run ended at step " + grouped(progress.step);
  if (progress.step < options.last_step()) {
    run.log.say(ended + ", below training.stop_below = " + short_number(options.stop_below) +
                "; --training.stop_below=0 takes it further");
  } else {
    run.log.say(ended + "; a larger --training.steps or --training.sequences takes it further");
  }
  return {run.directory, ExitCode::done, progress.last_loss};
}

}  // namespace

bool may_change(std::string_view key) { return std::ranges::find(kChangeable, key) != kChangeable.end(); }

TrainingOutcome start_training(const RunSettings& settings, const std::optional<std::string>& out,
                               std::optional<std::size_t> threads) {
  Net net(settings, threads);
  const StopSignals stop_signals;  // from here on there is something to save
  const fs::path directory = create_run_directory(runs_directory(), settings.preset(), settings.seed(), out);
  RunLock lock(directory);
  Run run(settings, directory, net, new_run_id(settings.preset(), settings.seed()));
  write_settings_file(directory, settings);
  RunWriter writer = RunWriter::create(std::move(lock), directory, run.description());
  run.log.say(described(run));
  run.log.say("the run is in " + shown(directory));
  return train(run, writer);
}

TrainingOutcome resume_training(const fs::path& directory, std::span<const Assignment> changes,
                                std::optional<std::size_t> threads) {
  expect_changeable(changes);
  expect_checkpoints(directory);
  RunLock lock(directory);  // before anything is looked at: another process may be going on with the run
  std::optional<RunContents> earlier = earlier_contents(directory);
  if (earlier) expect_same_examples(directory, earlier->info);
  std::vector<std::string> warnings;
  FoundCheckpoint found = newest_checkpoint(directory, warnings);
  const auto settings = stored_settings(found.checkpoint.settings, found.path.string(), changes);
  if (std::ranges::any_of(changes, is_of_schedule, &Assignment::key)) {
    const auto before = stored_settings(found.checkpoint.settings, found.path.string(), {});
    expect_same_rates(before->training(), settings->training(), found.checkpoint.step);
  }
  Net net(*settings, threads);
  restore(found.checkpoint, found.path, net.trainer);
  const std::string where = "step " + grouped(net.trainer.progress().step);
  if (net.trainer.progress().step < settings->training().last_step()) {
    reopen(found.checkpoint, found.path, settings->training());
    restore(found.checkpoint, found.path, net.trainer);
  }
  Run run(*settings, directory, net, found.checkpoint.run_id);
  const auto warn = [&](const std::string& warning) { run.log.say("warning: " + warning); };
  for (const std::string& warning : std::exchange(warnings, {})) warn(warning);
  const bool over = net.trainer.finished();
  if (earlier && earlier->info.run_id != run.run_id) earlier.reset();
  if (over && properly_ended(earlier)) return nothing_to_do(run);
  const StopSignals stop_signals;  // up to here they end the process and leave the run as it was
  const RunDescription description = run.description();
  const std::string differences =
      earlier ? differences_in_bits(earlier->info.provenance, description.info.provenance) : "";
  sweep_temporaries(directory);
  write_settings_file(directory, *settings);
  RunWriter writer = RunWriter::resume(std::move(lock), directory, description, found.checkpoint.metrics,
                                       found.checkpoint.step, warnings);
  for (const std::string& warning : warnings) warn(warning);
  if (!over && !differences.empty()) {
    warn("another program or machine went on with the run so far: " + differences +
         ". It goes on, but its bits may differ from those of a run that never stopped");
  }
  run.log.say(described(run));
  run.log.say(over ? "rebuilt run.h5 of the run, which had come to its end at " + where
                   : "resumed at " + where);
  return train(run, writer);
}

}  // namespace tapehead
