// Every model with every task and optimiser, as runs of a few hundred small sequences. They are found in the catalogues:
// what is added there is among them without a line here.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

struct Combination {
  std::string name;  // "ntm-lstm-copy-adam"
  std::unique_ptr<RunSettings> settings;
};

// Short, and with everything that a stop can fall into: rows, evaluations and checkpoints out of step with each other.
inline const std::vector<Assignment> kShortRun = {
    {"training.steps", "40", ""},           {"training.batch", "24", ""},
    {"training.shards", "4", ""},           {"training.learning_rate", "1e-3", ""},
    {"training.schedule", "cosine", ""},    {"training.warmup_steps", "10", ""},
    {"training.decay_steps", "100", ""},    {"training.clip_norm", "5", ""},
    {"training.log_every", "7", ""},        {"training.evaluate_every", "15", ""},
    {"training.checkpoint_every", "6", ""}, {"training.evaluation_sequences", "20", ""}};

// Sizes by the names that models and tasks have for them.
inline const std::vector<Assignment> kSmallSizes = {
    {"task.max_length", "4", ""},    {"task.max_repeats", "2", ""}, {"task.length", "6", ""},
    {"task.answer_length", "4", ""}, {"task.item_length", "2", ""}, {"task.bits", "3", ""},
    {"task.statements", "2", ""},    {"task.questions", "30", ""},  {"model.controller_size", "9", ""},
    {"model.units", "7", ""},        {"memory.slots", "8", ""},     {"memory.width", "5", ""}};

/// The values a text setting may take; one empty text if there is no such setting.
inline std::vector<std::string> choices_of(const Settings& settings, const std::string& key) {
  const Settings::Entry* const entry = settings.find(key);
  if (entry == nullptr) return {""};
  return {entry->setting.choices.begin(), entry->setting.choices.end()};
}

/// Settings at their defaults under `wanted` as far as there are such settings; what it gives no value ("") is left out.
inline std::unique_ptr<RunSettings> settings_with(std::vector<Assignment> names,
                                                  const std::vector<Assignment>& wanted) {
  const SettingsText no_file{.title = "a small run", .assignments = {}};
  const RunSettings defaults("small", no_file, names);
  std::ranges::copy_if(wanted, std::back_inserter(names), [&](const Assignment& assignment) {
    return !assignment.value.empty() && defaults.settings().find(assignment.key) != nullptr;
  });
  return std::make_unique<RunSettings>("small", no_file, names);
}

enum class Which {
  all,   // every task with every model, controller and optimiser
  each,  // the first task so; every other one with every model and controller, under the optimisers by turns
};

/// All combinations that make a run, or enough of them that nothing of the catalogues is left out; a model that is not
/// for a task's batches is left out with it.
inline std::vector<Combination> combinations(Which which) {
  std::vector<Combination> all;
  std::size_t turn = 0;
  const auto add = [&](const std::vector<Assignment>& names, const std::string& controller,
                       const std::string& view, const std::string& optimizer) {
    // What happens on a NaN should change nothing where there is none: by turns, for that is enough.
    const std::vector<std::string> on_nan =
        choices_of(settings_with(names, {})->settings(), "training.on_nan");
    std::vector<Assignment> wanted = {{"model.controller", controller, ""},
                                      {"task.view", view, ""},
                                      {"training.optimizer", optimizer, ""},
                                      {"training.on_nan", on_nan[all.size() % on_nan.size()], ""}};
    std::ranges::copy(kShortRun, std::back_inserter(wanted));
    std::ranges::copy_if(kSmallSizes, std::back_inserter(wanted), [&](const Assignment& size) {
      return view != "stories" || size.key != "task.statements";  // it keeps all of them
    });
    const auto part = [](const std::string& text) { return text.empty() ? "" : "-" + text; };
    Combination one{names[0].value + part(controller) + "-" + names[1].value + part(view) + "-" + optimizer,
                    settings_with(names, wanted)};
    try {
      one.settings->make_model(*one.settings->make_task());
    } catch (const UsageError&) {
      return;
    }
    all.push_back(std::move(one));
  };
  for (const ModelEntry& model : model_catalogue()) {
    for (const TaskEntry& task : task_catalogue()) {
      const std::vector<Assignment> names = {{"model.name", std::string(model.name), ""},
                                             {"task.name", std::string(task.name), ""}};
      const auto defaults = settings_with(names, {});
      const std::vector<std::string> optimizers = choices_of(defaults->settings(), "training.optimizer");
      for (const std::string& controller : choices_of(defaults->settings(), "model.controller")) {
        for (const std::string& view : choices_of(defaults->settings(), "task.view")) {
          if (which == Which::all || &task == &task_catalogue().front()) {
            for (const std::string& optimizer : optimizers) add(names, controller, view, optimizer);
          } else {
            add(names, controller, view, optimizers[turn++ % optimizers.size()]);
          }
        }
      }
    }
  }
  return all;
}

}  // namespace tapehead
