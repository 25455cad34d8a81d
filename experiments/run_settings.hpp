// The settings of a run, complete: which model and task, and everything they and training take.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiments/presets.hpp"
#include "experiments/settings.hpp"
#include "experiments/settings_file.hpp"
#include "framework/models/model_catalogue.hpp"
#include "framework/training/training_options.hpp"
#include "tasks/task_catalogue.hpp"

namespace tapehead {

class RunSettings {
 public:
  /// Who wrote the file that settings come from.
  enum class Source { user, run };

  /// Settings from a file, then from the command line, which wins. The names of the model and the task are settled
  /// first, since they decide which other settings there are. Throws UsageError: see Settings::apply(); a setting
  /// that another model or task would have is told so. Another model or task on the command line drops the file's
  /// settings that only the file's model or task has; another optimizer drops its momentum, decay, epsilon, beta1 and
  /// beta2, but not its learning rate. A setting that means nothing beside the others is refused, but in the file of a
  /// run: what it says was true when the run was made.
  RunSettings(const std::string& preset, const SettingsText& file, std::span<const Assignment> command_line,
              Source source = Source::user);
  RunSettings(const RunSettings&) = delete;  // `settings_` points into this object
  RunSettings& operator=(const RunSettings&) = delete;

  const std::string& title() const { return title_; }
  const std::string& preset() const { return preset_; }
  std::size_t seed() const { return seed_; }
  const TrainingOptions& training() const { return training_; }
  const std::string& model_name() const { return model_name_; }
  const Settings& settings() const { return settings_; }

  /// Throws UsageError if the settings make no task or model.
  std::unique_ptr<Task> make_task() const { return task_->build(); }
  std::unique_ptr<Model> make_model(const Task& task) const { return model_->build(shape_of(task), seed_); }

  /// How the model is scored on the task.
  Loss loss(const Task& task) const { return model_->loss(task.loss()); }

  /// The settings as a file that makes the same run again.
  std::string text() const;

 private:
  void choose(std::span<const Assignment> assignments);
  void bind();
  void expect_known(std::span<const Assignment> assignments) const;
  std::vector<Assignment> still_meant(std::span<const Assignment> file, const std::string& old_model,
                                      const std::string& old_task) const;
  void change_optimizer(std::span<const Assignment> command_line);

  std::string title_;
  std::string preset_;
  std::size_t seed_ = 1;
  std::string model_name_ = "ntm";
  std::string task_name_ = "copy";
  TrainingOptions training_;
  std::unique_ptr<ModelBuilder> model_;
  std::unique_ptr<TaskBuilder> task_;
  Settings settings_;
};

/// The settings of a preset (a name, or a path that ends in .ini) with those of the command line over it.
std::unique_ptr<RunSettings> preset_settings(const std::string& name,
                                             std::span<const Assignment> command_line);

/// The settings of an existing run, from its settings.ini text; `origin` is what errors call it.
std::unique_ptr<RunSettings> stored_settings(const std::string& text, const std::string& origin,
                                             std::span<const Assignment> command_line);

/// The settings of one catalogue entry at their defaults, for `list`.
struct CatalogueSettings {
  std::unique_ptr<ModelBuilder> model;  // one of these two
  std::unique_ptr<TaskBuilder> task;
  Settings settings;
};
CatalogueSettings default_settings(const ModelEntry& entry);
CatalogueSettings default_settings(const TaskEntry& entry);

}  // namespace tapehead
