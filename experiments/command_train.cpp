// Train a model by a preset or a settings file, or go on with a run.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_training.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

// --seed N is short for the setting seed.
std::vector<Assignment> with_seed(const Arguments& arguments) {
  std::vector<Assignment> settings = arguments.settings;
  if (const auto seed = arguments.text("seed")) settings.push_back({"seed", *seed, ""});
  return settings;
}

int report(const TrainingOutcome& outcome) {
  std::cout << shown(outcome.directory) << "\n";
  return static_cast<int>(outcome.code);
}

int resume(const Arguments& arguments) {
  if (!arguments.positional.empty() || arguments.has("out") || arguments.has("seed")) {
    throw UsageError("--resume goes on with a run as it is: no preset, --out or --seed");
  }
  const auto directory = find_run_directory(*arguments.text("resume"));
  return report(resume_training(directory, arguments.settings, arguments.number("threads", 1)));
}

int train(const Arguments& arguments) {
  if (arguments.has("resume")) return resume(arguments);
  if (arguments.positional.empty()) throw UsageError("which preset? './tapehead list presets' names them");
  const auto threads = arguments.number("threads", 1);
  const auto settings = preset_settings(arguments.positional.front(), with_seed(arguments));
  return report(start_training(*settings, arguments.text("out"), threads));
}

// With a preset, its settings and their values; without one, those of training at their defaults.
void settings_help(std::ostream& out, const Arguments& arguments) {
  if (arguments.positional.empty()) {
    TrainingOptions defaults;
    Settings settings;
    settings.bind("training", defaults);
    out << "\nsettings of training ('./tapehead train PRESET --help' shows all of a preset's)\n";
    write_settings_table(out, settings, "default");
    return;
  }
  const auto settings = preset_settings(arguments.positional.front(), with_seed(arguments));
  out << "\nsettings of " << settings->preset() << ": " << settings->title() << "\n";
  write_settings_table(out, settings->settings(), "value");
}

}  // namespace

Command train_command() {
  return {.syntax =
              {.name = "train",
               .usage = {"train PRESET|FILE.ini [--section.key=VALUE …] [--seed N] [--threads N] [--out DIR]",
                         "train --resume RUN [--training.steps=N] [--threads N]"},
               .summary = "train a model, or go on with a run",
               .description =
                   "Settings come from the preset, then from the command line. Another training.optimizer\n"
                   "than the preset's starts from its own momentum, decay and epsilon; another model.name\n"
                   "or task.name drops the settings that only the preset's has. The run leaves run.h5,\n"
                   "checkpoints, settings.ini and log.txt in its directory, whose path is printed. Ctrl-C,\n"
                   "SIGTERM, SIGHUP and SIGUSR1 end it after a checkpoint; a second one ends it at once.\n"
                   "--resume takes another end of the run, and a rate that falls from there.\n",
               .options = {{"seed", "N", "decides every random draw; default: the preset's, else 1"},
                           {"threads", "N", "threads at most; results do not depend on it; default: all"},
                           {"out", "DIR",
                            "the run's directory, which must not exist; default: below results/runs"},
                           {"resume", "RUN", "go on with a run from its newest checkpoint"}},
               .examples = {{"train ntm2014/copy-ntm-lstm --seed 3", "one run of the paper's copy task"},
                            {"train demo --training.learning_rate=3e-4", "a preset with another value"},
                            {"train demo --help", "every setting of a preset"},
                            {"train --resume RUN --training.steps=300000", "train a finished run further"}},
               .most_arguments = 1,
               .settings = true},
          .run = train,
          .more_help = settings_help};
}

}  // namespace tapehead
