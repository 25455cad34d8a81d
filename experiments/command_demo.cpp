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

int demo(const Arguments& arguments) {
  std::vector<Assignment> changes;
  if (const auto seed = arguments.text("seed")) changes.push_back({"seed", *seed, ""});
  const auto settings = preset_settings("demo", changes);
  const auto directory =
      create_run_directory(runs_directory(), settings->preset(), settings->seed(), arguments.text("out"));
  std::cerr << "A Neural Turing Machine learns to copy sequences of 8-bit vectors.\n";
  const TrainingOutcome outcome = start_training(*settings, directory, arguments.number("threads", 1));
  if (outcome.code != ExitCode::done) return static_cast<int>(outcome.code);
  if (stop_signal() != 0) return 128 + stop_signal();  // it came with the run's last step

  Arguments run;
  run.positional = {directory.string()};
  TrainedNet net = load_net(run);
  std::cerr << "\nIt has seen lengths 1 to 20. On " << kSequences
            << " sequences of each of these lengths it costs:\n\n";
  const auto results = evaluate_lengths(net, kLengths, kSequences, hardware_threads());
  record_results(net, results);
  write_results(std::cerr, net.task->loss(), results);
  record_probes(net, {}, 1);

  std::cerr << "\nThe figures, beside the paper's:\n";
  return run_and_wait({kPython, plot_script().string(), shown(directory), "--formats", "png"});
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
