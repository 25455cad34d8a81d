#include "experiments/run_settings.hpp"

#include <algorithm>
#include <sstream>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

template <class Catalogue>
std::vector<std::string_view> names_of(const Catalogue& catalogue) {
  std::vector<std::string_view> names;
  for (const auto& entry : catalogue) names.push_back(entry.name);
  return names;
}

void bind_model(Settings& settings, ModelBuilder& model) {
  settings.bind("model", [&](SettingVisitor& visitor) { model.visit_model(visitor); });
  settings.bind("memory", [&](SettingVisitor& visitor) { model.visit_memory(visitor); });
}

void bind_task(Settings& settings, TaskBuilder& task) {
  settings.bind("task", [&](SettingVisitor& visitor) { task.visit(visitor); });
}

// Whose setting a key is, if not of what was chosen: "model 'ntm'"; empty: nobody's.
std::string owner(const std::string& key) {
  for (const ModelEntry& entry : model_catalogue()) {
    if (default_settings(entry).settings.find(key) != nullptr)
      return "model '" + std::string(entry.name) + "'";
  }
  for (const TaskEntry& entry : task_catalogue()) {
    if (default_settings(entry).settings.find(key) != nullptr)
      return "task '" + std::string(entry.name) + "'";
  }
  return "";
}

}  // namespace

RunSettings::RunSettings(const std::string& preset, const SettingsText& file,
                         std::span<const Assignment> command_line, Source source)
    : title_(file.title.empty() ? preset : file.title), preset_(preset) {
  choose(file.assignments);
  const std::string model = model_name_, task = task_name_;
  choose(command_line);
  model_ = find_model(model_name_)->configure();
  task_ = find_task(task_name_)->configure();
  bind();
  const std::vector<Assignment> from_file = still_meant(file.assignments, model, task);
  expect_known(from_file);
  settings_.apply(from_file);
  if (source == Source::user) settings_.expect_meaning(from_file);
  expect_known(command_line);
  change_optimizer(command_line);
  settings_.apply(command_line);
  settings_.expect_meaning(command_line);
  if (!valid_preset_name(preset_)) {
    throw UsageError("setting 'preset': expected a name such as ntm2014/copy, got '" + preset_ + "'");
  }
  training_.optimizer.resolve();
  training_.schedule.check();
}

// Only the settings that decide which others there are.
void RunSettings::choose(std::span<const Assignment> assignments) {
  Settings names;
  const Setting name{.name = "name", .help = ""};
  names.bind("model", [&](SettingVisitor& visitor) {
    Setting model = name;
    model.choices = names_of(model_catalogue());
    visitor(model, model_name_);
  });
  names.bind("task", [&](SettingVisitor& visitor) {
    Setting task = name;
    task.choices = names_of(task_catalogue());
    visitor(task, task_name_);
  });
  for (const Assignment& assignment : assignments) {
    if (names.find(assignment.key) != nullptr) names.apply({&assignment, 1});
  }
}

void RunSettings::bind() {
  settings_.bind("", [&](SettingVisitor& visitor) {
    visitor({.name = "preset", .help = "what the run is called"}, preset_);
    visitor({.name = "seed", .help = "decides every random draw"}, seed_);
  });
  settings_.bind("task", [&](SettingVisitor& visitor) {
    visitor({.name = "name", .help = "what is learned", .choices = names_of(task_catalogue())}, task_name_);
  });
  bind_task(settings_, *task_);
  settings_.bind("model", [&](SettingVisitor& visitor) {
    visitor({.name = "name", .help = "what learns it", .choices = names_of(model_catalogue())}, model_name_);
  });
  bind_model(settings_, *model_);
  settings_.bind("training", training_);
}

void RunSettings::expect_known(std::span<const Assignment> assignments) const {
  for (const Assignment& assignment : assignments) {
    if (settings_.find(assignment.key) != nullptr) continue;
    const std::string other = owner(assignment.key);
    if (other.empty()) continue;  // Settings::apply() finds the nearest key
    const std::string chosen =
        assignment.key.starts_with("task.") ? "task '" + task_name_ : "model '" + model_name_;
    refuse(assignment, "setting '" + assignment.key + "' is one of " + other + "; " + chosen +
                           "' has none of that name" + settings_.suggestion(assignment.key));
  }
}

// The file's assignments without those to settings that went with its model or task, if the command line has another.
std::vector<Assignment> RunSettings::still_meant(std::span<const Assignment> file,
                                                 const std::string& old_model,
                                                 const std::string& old_task) const {
  const CatalogueSettings model = default_settings(*find_model(old_model));
  const CatalogueSettings task = default_settings(*find_task(old_task));
  std::vector<Assignment> kept(file.begin(), file.end());
  std::erase_if(kept, [&](const Assignment& assignment) {
    if (settings_.find(assignment.key) != nullptr) return false;
    return (old_model != model_name_ && model.settings.find(assignment.key) != nullptr) ||
           (old_task != task_name_ && task.settings.find(assignment.key) != nullptr);
  });
  return kept;
}

// One optimiser's momentum, decay and epsilon are not another's: a new one starts from its own.
void RunSettings::change_optimizer(std::span<const Assignment> command_line) {
  const auto given = std::ranges::find(command_line, "training.optimizer", &Assignment::key);
  if (given == command_line.end() || given->value == training_.optimizer.optimizer) return;
  training_.optimizer = {.learning_rate = training_.optimizer.learning_rate};
}

std::string RunSettings::text() const {
  std::ostringstream text;
  write_settings(text, settings_,
                 title_ + "\nEvery setting of one run; './tapehead train THIS_FILE' makes it again.");
  return text.str();
}

std::unique_ptr<RunSettings> preset_settings(const std::string& name,
                                             std::span<const Assignment> command_line) {
  const Preset preset = find_preset(presets_directory(), name);
  return std::make_unique<RunSettings>(preset.name, read_settings_file(preset.path), command_line);
}

std::unique_ptr<RunSettings> stored_settings(const std::string& text, const std::string& origin,
                                             std::span<const Assignment> command_line) {
  std::istringstream in(text);
  return std::make_unique<RunSettings>("unnamed", read_settings(in, origin), command_line,
                                       RunSettings::Source::run);
}

CatalogueSettings default_settings(const ModelEntry& entry) {
  CatalogueSettings defaults{entry.configure(), nullptr, {}};
  bind_model(defaults.settings, *defaults.model);
  return defaults;
}

CatalogueSettings default_settings(const TaskEntry& entry) {
  CatalogueSettings defaults{nullptr, entry.configure(), {}};
  bind_task(defaults.settings, *defaults.task);
  return defaults;
}

}  // namespace tapehead
