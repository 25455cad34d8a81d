// From nothing to figures: train, test, record what the net does, draw. Copy, on longer sequences too; or stories.
#include <iostream>

#include "experiments/answered_story.hpp"
#include "experiments/commands.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/machine.hpp"
#include "experiments/probes.hpp"
#include "experiments/processes.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_training.hpp"
#include "experiments/signals.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

constexpr std::size_t kSequences = 200;                           // of each length
const std::vector<std::size_t> kLengths = {10, 20, 30, 50, 120};  // those of the paper's Figure 4
const std::vector<std::size_t> kBabiTasks = {1, 2};               // those of the preset

// A signal that comes with the run's last step lets it finish, but is not for that run alone.
int interrupted(const TrainingOutcome& outcome) {
  const std::string run = shown(outcome.directory);
  std::cerr << "The demo ends here" << (outcome.code == ExitCode::done ? ", its run is finished" : "")
            << "; figures of the run as it is: ./tapehead trace " << run << " && ./tapehead plot " << run
            << "\n";
  return static_cast<int>(exit_code_of(stop_signal()));
}

TrainingOutcome train(const Arguments& arguments, const char* preset) {
  std::vector<Assignment> changes;
  if (const auto seed = arguments.text("seed")) changes.push_back({"seed", *seed, ""});
  const auto settings = preset_settings(preset, changes);
  return start_training(*settings, arguments.text("out"), arguments.number("threads", 1));
}

TrainedNet net_of(const TrainingOutcome& outcome) {
  Arguments run;
  run.positional = {outcome.directory.string()};
  return load_net(run);
}

int draw(const TrainingOutcome& outcome) {
  return run_and_wait({kPython, plot_script().string(), shown(outcome.directory), "--formats", "png"});
}

int copy_demo(const Arguments& arguments) {
  std::cerr << "A Neural Turing Machine learns to copy sequences of 8-bit vectors.\n";
  const TrainingOutcome outcome = train(arguments, "demo");
  if (stop_signal() != 0) return interrupted(outcome);

  TrainedNet net = net_of(outcome);
  std::cerr << "\nIt has seen lengths 1 to 20. On " << kSequences
            << " sequences of each of these lengths it costs:\n\n";
  const auto results = evaluate_variations(net, lengths(kLengths), kSequences, hardware_threads());
  record_results(net, results);
  write_results(std::cerr, net.settings->loss(*net.task), results);
  record_probes(net, {Variation{}}, 1);

  std::cerr << "\nThe figures, beside the paper's:\n";
  return draw(outcome);
}

int babi_demo(const Arguments& arguments) {
  std::cerr
      << "A memory network learns to answer questions about stories of two kinds, tasks 1 and 2 of bAbI.\n"
         "The stories are made by the program.\n";
  const TrainingOutcome outcome = train(arguments, "demo-babi");
  if (stop_signal() != 0) return interrupted(outcome);

  TrainedNet net = net_of(outcome);
  std::vector<Variation> kinds;
  for (const std::size_t task : kBabiTasks) kinds.push_back({{{"task", task}}});
  std::cerr << "\nOn questions about stories that it has not seen:\n\n";
  const auto results = evaluate_variations(net, kinds, 1, hardware_threads());
  record_results(net, results);
  record_answers(net, results, hardware_threads());
  write_results(std::cerr, net.settings->loss(*net.task), results);

  std::cerr << "\nThe first of each kind, where each hop looked (●: supporting facts), and the answer:\n\n";
  const std::vector<std::string> names = record_probes(net, kinds, 1);
  const RunReader run(net.directory);
  for (const std::string& name : names)
    write_answered_story(std::cerr, run.traces(name), net.task->words(), {.judged = true});

  std::cerr << "Tell it a story of your own: ./tapehead ask " << shown(outcome.directory)
            << "\n\nThe figures:\n";
  return draw(outcome);
}

int demo(const Arguments& arguments) {
  const std::string what = arguments.positional.empty() ? "copy" : arguments.positional.front();
  if (what == "copy") return copy_demo(arguments);
  if (what == "babi") return babi_demo(arguments);
  throw UsageError("demo " + what + ": there are demo, which is demo copy, and demo babi");
}

}  // namespace

Command demo_command() {
  return {
      .syntax = {.name = "demo",
                 .usage = {"demo [copy|babi] [--seed N] [--threads N] [--out DIR]"},
                 .summary = "learn to copy, or to answer questions; test it, draw the figures",
                 .description =
                     "copy, the default: a Neural Turing Machine learns to copy, is tested on longer "
                     "sequences, and\n"
                     "the figures of the paper are drawn (Graves et al. 2014). babi: a memory network learns "
                     "to answer\n"
                     "questions about stories (Sukhbaatar et al. 2015), answers one of each of two kinds, "
                     "and shows\n"
                     "where it looked. The paths of the figures are printed. Presets: demo, demo-babi.\n",
                 .options = {{"seed", "N", "decides every random draw; default: 1"},
                             {"threads", "N", "threads at most; results do not depend on it; default: all"},
                             {"out", "DIR",
                              "the run's directory, which must not exist; default: below results/runs"}},
                 .examples = {{"demo", "learn to copy"},
                              {"demo babi", "learn to answer questions about stories"}},
                 .most_arguments = 1},
      .run = demo};
}

}  // namespace tapehead
