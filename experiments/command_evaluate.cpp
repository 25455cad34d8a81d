// Measure a trained net.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/machine.hpp"

namespace tapehead {
namespace {

int evaluate(const Arguments& arguments) {
  std::vector<std::size_t> lengths;
  if (const auto list = arguments.text("task.length")) lengths = parse_list("task.length", *list, 1);
  const auto wanted = arguments.number("sequences", 1);
  const std::size_t threads = arguments.number("threads", 1).value_or(hardware_threads());
  TrainedNet net = load_net(arguments);
  const std::size_t sequences = wanted.value_or(net.settings->training().evaluation_sequences);
  const std::vector<LengthResult> results = evaluate_lengths(net, lengths, sequences, threads);
  record_results(net, results);
  std::cout << net.settings->preset() << ", seed " << net.settings->seed() << ", step " << net.step << ", "
            << sequences << (sequences == 1 ? " sequence" : " sequences") << " each\n\n";
  write_results(std::cout, net.task->loss(), results);
  return 0;
}

}  // namespace

Command evaluate_command() {
  return {
      .syntax =
          {.name = "evaluate",
           .usage = {"evaluate RUN [--task.length=10,20,50,120] [--sequences N] [--checkpoint last|best] "
                     "[--threads N]"},
           .summary = "measure a trained net, also at lengths it was not trained on",
           .description =
               "The results are printed, and added to metrics/eval of the run's run.h5 at the step of\n"
               "the checkpoint: bits_length_20, wrong_bits_length_20, …, or bits_trained and\n"
               "wrong_bits_trained for the lengths of training.\n",
           .options = {{"task.length", "LIST", "lengths, separated by commas; default: those of training"},
                       {"sequences", "N", "of each length; default: training.evaluation_sequences"},
                       kCheckpointOption,
                       {"threads", "N", "threads at most; results do not depend on it; default: all"}},
           .examples = {{"evaluate RUN --task.length=10,20,30,50,120",
                         "the lengths of the paper's Figure 4"}},
           .most_arguments = 1},
      .run = evaluate};
}

}  // namespace tapehead
