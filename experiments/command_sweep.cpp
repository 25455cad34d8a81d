// Train every combination of some settings.
#include <iostream>
#include <utility>

#include "experiments/commands.hpp"
#include "experiments/directory_lock.hpp"
#include "experiments/machine.hpp"
#include "experiments/presets.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/sweep.hpp"
#include "experiments/sweep_grid.hpp"
#include "experiments/sweep_manifest.hpp"
#include "experiments/sweep_table.hpp"
#include "experiments/words.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

struct SweepPlan {
  fs::path directory;
  std::vector<SweepTask> tasks;
  bool is_new;  // this call wrote its manifest, or would
};

bool holds_sweep(const fs::path& directory) {
  std::error_code error;
  return fs::exists(manifest_path(directory), error);
}

fs::path chosen_directory(const Arguments& arguments, const std::string& preset) {
  if (const auto out = arguments.text("out")) {
    const fs::path path = fs::path(*out).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
  }
  if (arguments.has("task")) throw UsageError("--task needs the sweep's directory: sweep DIR --task K");
  return runs_directory() / "sweeps" / find_preset(presets_directory(), preset).name / utc_file_time();
}

void make_directories(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw IoError(directory.string() + ": the directory cannot be made: " + error.message());
}

// Makes a directory of this name, or of the next one that no other sweep has.
fs::path claim_directory(const fs::path& first) {
  make_directories(first.parent_path());
  fs::path path = first;
  std::error_code error;
  for (int i = 2; !fs::create_directory(path, error); ++i) {
    if (error && error != std::errc::file_exists && error != std::errc::not_a_directory) {
      throw IoError(path.string() + ": the directory cannot be made: " + error.message());
    }
    path = first.string() + "-" + std::to_string(i);
  }
  return path;
}

// Nothing there, or at most what the first steps of another process that writes the manifest leave.
bool is_free(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return true;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path name = entry.path().filename();
    const bool of_manifest = name.extension() == ".partial" && name.string().starts_with("manifest.");
    if (entry.path() != lock_path(directory) && !of_manifest) return false;
  }
  return !error;
}

// The order matters: a manifest may come to be there at any moment, and runs only behind it.
bool expect_free_or_sweep(const fs::path& directory) {
  const bool free = is_free(directory);
  if (holds_sweep(directory)) return false;
  if (free) return true;
  throw UsageError("--out " + directory.string() + ": it exists, and there is no sweep in it");
}

// The sweep that is there, with the runs that are new in it.
SweepPlan plan_there(const fs::path& directory, std::span<const SweepTask> wanted) {
  const std::vector<SweepTask> there = read_manifest(directory);
  std::vector<SweepTask> all = with_new_runs(directory, there, wanted);
  const bool more = all.size() > there.size();
  return {directory, std::move(all), more};
}

// Several processes may be started at once with the same --out: one writes the manifest, the others read it.
SweepPlan found_sweep(SweepPlan plan, bool chosen) {
  if (!chosen) {
    plan.directory = claim_directory(plan.directory);
    for (SweepTask& task : plan.tasks) task.directory = plan.directory / task.name;
    write_manifest(plan.directory, plan.tasks);
    return plan;
  }
  make_directories(plan.directory);
  const DirectoryLock lock(plan.directory);
  std::error_code ignored;
  if (expect_free_or_sweep(plan.directory)) {
    write_manifest(plan.directory, plan.tasks);
  } else {
    plan = plan_there(plan.directory, plan.tasks);
    if (plan.is_new) write_manifest(plan.directory, plan.tasks);
  }
  fs::remove(lock_path(plan.directory), ignored);  // a tidy directory; it is made again when it is needed
  return plan;
}

SweepPlan new_plan(const Arguments& arguments) {
  const std::string& preset = arguments.positional.front();
  const auto grid = parse_grid(std::span(arguments.positional).subspan(1));
  SweepPlan plan{chosen_directory(arguments, preset), {}, true};
  plan.tasks = grid_tasks(preset, arguments.settings, grid, plan.directory);
  expect_valid(plan.tasks);
  if (arguments.has("out") && !expect_free_or_sweep(plan.directory)) {
    // A line of an array goes on when runs were added after it was queued.
    std::vector<SweepTask> all = read_manifest(plan.directory);
    if (arguments.has("task") && begins_with(all, plan.tasks)) return {plan.directory, std::move(all), false};
    SweepPlan there = plan_there(plan.directory, plan.tasks);
    if (!there.is_new || arguments.has("dry-run")) return there;
  }
  return arguments.has("dry-run") ? plan : found_sweep(std::move(plan), arguments.has("out"));
}

SweepPlan plan_of(const Arguments& arguments) {
  if (arguments.positional.empty())
    throw UsageError("which preset, or which sweep's directory? './tapehead list presets' names the presets");
  const fs::path directory = fs::path(arguments.positional.front()).lexically_normal();
  std::error_code error;
  if (!holds_sweep(directory)) {
    if (fs::is_directory(directory, error) && arguments.positional.size() == 1 && directory.has_parent_path())
      throw DataError(directory.string() + ": there is no sweep in it: no file 'manifest'");
    return new_plan(arguments);
  }
  if (arguments.positional.size() > 1 || !arguments.settings.empty() || arguments.has("out"))
    throw UsageError("the runs of the sweep in " + directory.string() +
                     " are chosen: no settings and no --out");
  SweepPlan plan{directory.has_filename() ? directory : directory.parent_path(), {}, false};
  plan.tasks = read_manifest(plan.directory);
  expect_valid(plan.tasks);
  return plan;
}

void tell_of_arrays(const SweepPlan& plan) {
  const std::string where = shell_word(shown(plan.directory)), count = std::to_string(plan.tasks.size());
  std::cerr << count << (plan.tasks.size() == 1 ? " run in " : " runs in ") << where
            << "; spread over a cluster or several shells:\n"
            << "  #SBATCH --array=1-" << count << "\n"
            << "  ./tapehead sweep " << where << " --task $SLURM_ARRAY_TASK_ID\n"
            << "  parallel -q ./tapehead sweep " << where << " --task {} ::: {1.." << count << "}\n";
}

void report(const SweepPlan& plan, std::span<const SweepTaskState> states, bool write) {
  write_sweep_table(std::cout, plan.tasks, states);
  if (!write) return;
  const fs::path summary = plan.directory / "summary.csv";
  const std::vector<SweepTask> all = read_manifest(plan.directory);
  if (all.size() == plan.tasks.size()) {
    write_sweep_csv(summary, plan.tasks, states);
  } else {  // another process has added runs meanwhile
    write_sweep_csv(summary, all, look_at(all));
  }
  std::cout << "\n" << shown(summary) << "\n";
}

int run_one(const SweepPlan& plan, std::size_t number, std::size_t threads) {
  if (number > plan.tasks.size())
    throw UsageError("--task " + std::to_string(number) + ": the sweep has " +
                     std::to_string(plan.tasks.size()) + " runs");
  const SweepTask& task = plan.tasks[number - 1];
  const ExitCode code = run_task(task, threads);
  std::cout << shown(task.directory) << "\n";
  return static_cast<int>(code);
}

int run_all(const SweepPlan& plan, const SweepOptions& options) {
  const SweepOutcome outcome = run_sweep(plan.tasks, options);
  report(plan, outcome.tasks, true);
  std::cout.flush();
  if (outcome.code != ExitCode::done)
    std::cerr << "not all runs are finished; go on with: ./tapehead sweep "
              << shell_word(shown(plan.directory)) << std::endl;
  return static_cast<int>(outcome.code);
}

int sweep(const Arguments& arguments) {
  const auto processes = arguments.number("processes", 1);
  const auto task = arguments.number("task", 1);
  const std::size_t threads = arguments.number("threads", 1).value_or(1);
  const bool list = arguments.has("list"), dry = arguments.has("dry-run");
  if (task && (list || dry || processes))
    throw UsageError("--task trains one run: no --list, --dry-run or --processes");
  const SweepPlan plan = plan_of(arguments);
  if (dry) {
    report(plan, look_at(plan.tasks), false);
    return 0;
  }
  if (plan.is_new && !task) tell_of_arrays(plan);
  if (task) return run_one(plan, *task, threads);
  if (list) {
    report(plan, look_at(plan.tasks), true);
    return 0;
  }
  return run_all(plan, {.processes = processes.value_or(hardware_threads()), .threads = threads});
}

}  // namespace

Command sweep_command() {
  return {
      .syntax =
          {.name = "sweep",
           .usage = {"sweep PRESET|FILE.ini KEY=V1,V2,… seed=1..10 [--section.key=VALUE …] [--out DIR]",
                     "sweep DIR [--processes N]", "sweep DIR --task K"},
           .summary = "train every combination of some settings",
           .description =
               "The runs are written down in DIR/manifest and trained in DIR by several processes. The\n"
               "same call, or 'sweep DIR', goes on where a sweep was stopped: finished runs are left,\n"
               "others go on from their newest checkpoint. A call with the same --out, the runs of DIR\n"
               "and more, as seed=1..10 after seed=1..5, adds those. What a run prints goes to\n"
               "DIR/<run>.log. A failed run does not stop the others. At the end there is a table, also as\n"
               "DIR/summary.csv, and the exit code is 0 if all runs are finished, else that of the\n"
               "failures: 3 if a run diverged, else that of the first; 69 if nothing failed but another\n"
               "process is still training some. Signals stop it as they stop 'train'.\n",
           .options = {{"processes", "N", "runs at a time; default: as many as there are hardware threads"},
                       {"threads", "N", "threads of each run at most; default: 1"},
                       {"out", "DIR", "the sweep's directory; default: below results/runs/sweeps"},
                       {"task", "K", "train run K of the manifest only, in this process"},
                       {"list", "", "write the manifest and show how each run stands, but train none"},
                       {"dry-run", "", "show the runs, write nothing"}},
           .examples = {{"sweep ntm2014/copy-ntm-lstm seed=1..10", "ten seeds of the paper's copy task"},
                        {"sweep demo training.learning_rate=1e-4,3e-4 seed=1..5", "ten runs in all"},
                        {"sweep DIR", "go on with a sweep that was stopped"}},
           .most_arguments = 100,
           .settings = true},
      .run = sweep};
}

}  // namespace tapehead
