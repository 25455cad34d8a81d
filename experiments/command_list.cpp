// What there is to choose from.
#include <cmath>
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/loss_names.hpp"
#include "experiments/near_names.hpp"
#include "experiments/presets.hpp"
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

void print_tasks(std::ostream& out) {
  for (const TaskEntry& entry : task_catalogue()) {
    const CatalogueSettings defaults = default_settings(entry);
    const std::unique_ptr<Task> task = defaults.task->build();
    out << entry.name << ": " << entry.summary << "\n\n" << indented(task->picture()) << "\n";
    out << "    inputs " << task->input_size() << ", targets " << task->target_size();
    if (!std::isnan(task->chance()))
      out << ", chance " << task->chance() << " " << names_of(task->loss()).unit << " per sequence";
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

int list(const Arguments& arguments) {
  if (arguments.positional.empty()) {
    for (const Kind& kind : kKinds) {
      std::cout << "== " << kind.name << " ==\n\n";
      kind.print(std::cout);
      std::cout << (kind.name == "presets" ? "" : "\n");
    }
    return 0;
  }
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) {
    names.push_back(kind.name);
    if (kind.name != arguments.positional.front()) continue;
    kind.print(std::cout);
    return 0;
  }
  throw UsageError("there is no list of '" + arguments.positional.front() +
                   "'; expected tasks, models or presets" +
                   did_you_mean(arguments.positional.front(), names));
}

}  // namespace

Command list_command() {
  return {
      .syntax = {.name = "list",
                 .usage = {"list [tasks|models|presets]"},
                 .summary = "print tasks, models and presets with their settings",
                 .examples = {{"list tasks", "each task with its time diagram"},
                              {"list models", "each model with the settings of its controller and memory"},
                              {"list presets", "settings files that come with the program"}},
                 .most_arguments = 1},
      .run = list};
}

}  // namespace tapehead
