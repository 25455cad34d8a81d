// What there is to choose from, and what was trained.
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>

#include "experiments/commands.hpp"
#include "experiments/loss_names.hpp"
#include "experiments/near_names.hpp"
#include "experiments/presets.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_list.hpp"
#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

std::string indented(const std::string& text) {
  std::string result = "    ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) result += "    ";
  }
  return result;
}

// Of the least possible losses of the first 100,000 sequences of evaluations, rounded to what so many of them tell.
double mean_optimum(const Task& task) {
  constexpr std::size_t kBatches = 12500, kBatch = 8;
  const RandomStream stream(0, "evaluation");
  Batch batch;
  double optimum = 0;
  for (std::size_t i = 0; i < kBatches; ++i) {
    task.sample(stream.step(i), kBatch, batch);
    optimum += task.optimum(batch);
    if (!(optimum > 0)) return optimum;
  }
  return std::round(10 * optimum / (kBatches * kBatch)) / 10;
}

void print_tasks(std::ostream& out) {
  for (const TaskEntry& entry : task_catalogue()) {
    const CatalogueSettings defaults = default_settings(entry);
    const std::unique_ptr<Task> task = defaults.task->build();
    out << entry.name << ": " << entry.summary << "\n\n" << indented(task->picture()) << "\n";
    out << "    inputs " << task->input_size() << ", targets " << task->target_size();
    const std::string unit = std::string(" ") + names_of(task->loss()).unit + " per sequence";
    if (!std::isnan(task->chance())) out << ", chance " << task->chance() << unit;
    const double optimum = mean_optimum(*task);
    if (!std::isnan(optimum)) out << ", optimum " << (optimum > 0 ? "about " : "") << optimum << unit;
    out << "\n\n";
    write_settings_table(out, defaults.settings, "default");
    out << "\n";
  }
}

void print_models(std::ostream& out) {
  for (const ModelEntry& entry : model_catalogue()) {
    out << entry.name << ": " << entry.summary << "\n\n";
    write_settings_table(out, default_settings(entry).settings, "default");
    out << "\n";
  }
}

void print_presets(std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Preset& preset : list_presets(presets_directory())) {
    rows.emplace_back(preset.name, read_settings_file(preset.path).title);
  }
  write_columns(out, rows);
}

struct Kind {
  std::string name;
  void (*print)(std::ostream& out);
};

const Kind kKinds[] = {{"tasks", print_tasks}, {"models", print_models}, {"presets", print_presets}};

// Of the terminal; without one, any width will do.
std::size_t columns() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return std::numeric_limits<std::size_t>::max();
  return size.ws_col;
}

int list_runs(const Arguments& arguments) {
  const bool chosen = arguments.positional.size() > 1;
  const std::filesystem::path below =
      chosen ? std::filesystem::path(arguments.positional[1]) : runs_directory();
  std::error_code error;
  if (chosen && !std::filesystem::is_directory(below, error))
    throw DataError(below.string() + ": there is no such directory");
  const std::vector<ListedRun> runs = find_runs(below);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  if (arguments.has("json")) {
    write_run_json(std::cout, runs);
  } else if (runs.empty()) {
    std::cout << "there are no runs in " << shown(below) << "; ./tapehead train PRESET makes one\n";
  } else {
    write_run_table(std::cout, runs, now, columns());
  }
  std::cout.flush();
  for (const ListedRun& run : runs) {
    if (!run.reason.empty()) std::cerr << "tapehead: warning: " << run.reason << "\n";
  }
  return 0;
}

int list(const Arguments& arguments) {
  const std::string kind_wanted = arguments.positional.empty() ? "" : arguments.positional.front();
  if (kind_wanted == "runs") return list_runs(arguments);
  if (arguments.has("json")) throw UsageError("--json: only runs are listed so");
  if (arguments.positional.size() > 1)
    throw UsageError("a directory is for runs only, got '" + arguments.positional[1] + "'");
  if (arguments.positional.empty()) {
    for (const Kind& kind : kKinds) {
      std::cout << "== " << kind.name << " ==\n\n";
      kind.print(std::cout);
      std::cout << (kind.name == "presets" ? "" : "\n");
    }
    return 0;
  }
  std::vector<std::string> names = {"runs"};
  for (const Kind& kind : kKinds) {
    names.push_back(kind.name);
    if (kind.name != kind_wanted) continue;
    kind.print(std::cout);
    return 0;
  }
  throw UsageError("there is no list of '" + kind_wanted + "'; expected tasks, models, presets or runs" +
                   did_you_mean(kind_wanted, names));
}

}  // namespace

Command list_command() {
  return {
      .syntax =
          {.name = "list",
           .usage = {"list [tasks|models|presets]", "list runs [DIR] [--json]"},
           .summary = "print tasks, models and presets with their settings; runs and how they stand",
           .description =
               "Runs are looked for below DIR (default: results/runs); the one written last comes last. "
               "Their\n"
               "status is running, finished, interrupted, diverged, failed, killed, damaged or unreadable, "
               "the\n"
               "loss that of the last evaluation, and the age the time since training last wrote the run.\n",
           .options = {{"json", "", "runs as one JSON array, for scripts"}},
           .examples = {{"list tasks", "each task with its time diagram"},
                        {"list models", "each model with the settings of its controller and memory"},
                        {"list presets", "settings files that come with the program"},
                        {"list runs", "every run under results/runs"}},
           .most_arguments = 2},
      .run = list};
}

}  // namespace tapehead
