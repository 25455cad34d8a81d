// Mend a run's run.h5.
#include <iostream>
#include <utility>

#include "experiments/commands.hpp"
#include "experiments/progress.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_recorder.hpp"
#include "experiments/usable_checkpoint.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_repair.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

void warn(const std::string& of) { std::cerr << "tapehead: warning: " << of << "\n"; }

// What run.h5 would have been when the checkpoint was taken. Which program and machine trained the run is not known.
RunContents contents_of(FoundCheckpoint& found) {
  const auto settings = stored_settings(found.checkpoint.settings, found.path.string(), {});
  const auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  std::vector<Attribute> provenance = {
      {"seed", number(settings->seed())},
      {"shards", number(settings->training().shard_count())},
      {"rebuilt_from", found.path.parent_path().filename() / found.path.filename()}};
  RunContents contents;
  contents.info =
      describe_run(*settings, *settings->make_task(), found.checkpoint.run_id, std::move(provenance)).info;
  contents.metrics = std::move(found.checkpoint.metrics);
  return contents;
}

struct Outcome {
  Repair repair;
  fs::path checkpoint;  // that the file was rebuilt from
};

Outcome rebuild(const RunLock& lock, const fs::path& directory, const std::string& reason) {
  std::vector<std::string> warnings;
  std::optional<FoundCheckpoint> found =
      newest_good_checkpoint(directory, BadCheckpoint::set_aside, warnings, usable_in(directory));
  if (!found) {
    std::string message = reason + "\nthere is no usable checkpoint either that it could be rebuilt from";
    for (const std::string& warning : warnings) message += "\n" + warning;
    throw DataError(message);
  }
  for (const std::string& warning : warnings) warn(warning);
  const std::int64_t step = found->checkpoint.step;
  return {rebuild_run(lock, directory, contents_of(*found), step), found->path};
}

Outcome mend(const fs::path& directory) {
  const RunLock lock(directory);
  sweep_temporaries(directory);
  try {
    return {repair_run(lock, directory), {}};
  } catch (const DataError& damaged) {
    return rebuild(lock, directory, damaged.what());
  }
}

// So that nothing is written into a directory that is not a run's.
void expect_run(const fs::path& directory) {
  if (fs::exists(directory / "run.h5") || fs::exists(best_checkpoint_path(directory)) ||
      !list_checkpoints(directory).empty()) {
    return;
  }
  throw DataError(directory.string() + ": not a run: there is neither a run.h5 nor a checkpoint in it");
}

std::string rows(const MetricsTable& table) {
  const auto count = [](auto n) { return grouped(static_cast<std::uint64_t>(n)); };
  if (table.step.empty()) return "no rows";
  return count(table.step.size()) + (table.step.size() == 1 ? " row" : " rows") + ", up to step " +
         count(table.step.back());
}

std::string traces(const std::vector<std::string>& probes) {
  std::string text;
  for (const std::string& probe : probes) text += (text.empty() ? "" : ", ") + probe;
  return text.empty() ? "none" : text;
}

// Nobody writes the run, so one that says it is running was killed.
std::string status(const RunContents& contents, const fs::path& directory) {
  const bool killed = contents.status == RunStatus::running;
  const std::string name = killed ? "killed" : status_name(contents.status);
  const bool goes_on =
      killed || contents.status == RunStatus::interrupted || contents.status == RunStatus::failed;
  return goes_on ? name + "; ./tapehead train --resume " + shown(directory) + " goes on with it" : name;
}

int repair(const Arguments& arguments) {
  if (arguments.positional.empty()) throw UsageError("which run? expected its directory");
  const fs::path directory = find_run_directory(arguments.positional.front());
  expect_run(directory);
  const auto [repair, checkpoint] = mend(directory);
  const std::string file = shown(directory / "run.h5");
  switch (repair.done) {
    case Repair::Done::nothing:
      std::cout << file << ": nothing to do: all of it can be read, by any HDF5 program\n";
      break;
    case Repair::Done::made_ordinary:
      std::cout << file << ": repaired: any HDF5 program opens it now\n";
      break;
    case Repair::Done::rebuilt:
      std::cout << file << ": rebuilt from " << shown(checkpoint) << "\n";
      break;
  }
  write_columns(std::cout, {{"metrics/train", rows(repair.contents.metrics.train)},
                            {"metrics/eval", rows(repair.contents.metrics.eval)},
                            {"traces", traces(repair.probes)},
                            {"status", status(repair.contents, directory)}});
  std::cout.flush();
  for (const std::string& lost : repair.lost) warn("lost: " + lost);
  if (!repair.old_file.empty()) warn("the damaged file is kept as " + shown(repair.old_file));
  return 0;
}

}  // namespace

Command repair_command() {
  return {
      .syntax =
          {.name = "repair",
           .usage = {"repair RUN"},
           .summary = "mend a run's run.h5 after a kill or damage",
           .description =
               "The run.h5 of a killed run becomes a file that any HDF5 program opens, with all its rows;\n"
               "it still counts as killed, and can be gone on with. A damaged or missing run.h5 is rebuilt\n"
               "from the newest good checkpoint; what else can be read of the damaged one is kept, and the\n"
               "damaged one itself, as run.h5.bad.\n",
           .examples = {{"repair RUN", "then open RUN/run.h5 in HDFView, MATLAB or xarray"}},
           .most_arguments = 1},
      .run = repair};
}

}  // namespace tapehead
