// From nothing to figures: train copy, test it on longer sequences, record its heads, draw.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/machine.hpp"
#include "experiments/probes.hpp"
#include "experiments/processes.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_training.hpp"
#include "experiments/signals.hpp"

namespace tapehead {
namespace {

constexpr std::size_t kSequences = 200;                           // of each length
const std::vector<std::size_t> kLengths = {10, 20, 30, 50, 120};  // those of the paper's Figure 4

// A signal that comes with the run's last step lets it finish, but is not for that run alone.
int interrupted(const TrainingOutcome& outcome) {
  const std::string run = shown(outcome.directory);
  std::cerr << "The demo ends here" << (outcome.code == ExitCode::done ? ", its run is finished" : "")
            << "; figures of the run as it is: ./tapehead trace " << run << " && ./tapehead plot " << run
            << "\n";
  return static_cast<int>(exit_code_of(stop_signal()));
}

int demo(const Arguments& arguments) {
  std::vector<Assignment> changes;
  if (const auto seed = arguments.text("seed")) changes.push_back({"seed", *seed, ""});
  const auto settings = preset_settings("demo", changes);
  std::cerr << "A Neural Turing Machine learns to copy sequences of 8-bit vectors.\n";
  const TrainingOutcome outcome =
      start_training(*settings, arguments.text("out"), arguments.number("threads", 1));
  if (stop_signal() != 0) return interrupted(outcome);

  Arguments run;
  run.positional = {outcome.directory.string()};
  TrainedNet net = load_net(run);
  std::cerr << "\nIt has seen lengths 1 to 20. On " << kSequences
            << " sequences of each of these lengths it costs:\n\n";
  const auto results = evaluate_variations(net, lengths(kLengths), kSequences, hardware_threads());
  record_results(net, results);
  write_results(std::cerr, net.task->loss(), results);
  record_probes(net, {Variation{}}, 1);

  std::cerr << "\nThe figures, beside the paper's:\n";
  return run_and_wait({kPython, plot_script().string(), shown(outcome.directory), "--formats", "png"});
}

}  // namespace

Command demo_command() {
  return {
      .syntax = {.name = "demo",
                 .usage = {"demo [--seed N] [--threads N] [--out DIR]"},
                 .summary = "learn to copy, test it on longer sequences, draw the figures",
                 .options = {{"seed", "N", "decides every random draw; default: 1"},
                             {"threads", "N", "threads at most; results do not depend on it; default: all"},
                             {"out", "DIR",
                              "the run's directory, which must not exist; default: below results/runs"}}},
      .run = demo};
}

}  // namespace tapehead
