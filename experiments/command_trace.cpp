// Record what a net does, for its pictures.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/probes.hpp"

namespace tapehead {
namespace {

int trace(const Arguments& arguments) {
  const std::vector<Variation> variations = parse_variations(arguments);
  const std::size_t examples = arguments.number("examples", 1).value_or(1);
  TrainedNet net = load_net(arguments);
  for (const std::string& name : record_probes(net, variations, examples)) std::cout << name << "\n";
  return 0;
}

}  // namespace

Command trace_command() {
  std::vector<Option> options = variation_options();
  options.insert(options.end(), {{"examples", "N", "of each variation; default: 1"}, kCheckpointOption});
  return {
      .syntax =
          {.name = "trace",
           .usage =
               {"trace RUN [--task.length=20,50] [--task.repeats=10,20] [--task.task=1,2] [--examples N]\n"
                "       [--checkpoint last|best]"},
           .summary = "record addressing weights, step by step, into a run's run.h5",
           .description =
               "Recorded are the stimuli of the paper's figures where the task has some, or examples of the\n"
               "given sizes: input, target, output, and what the memory's heads do. Of stories it is the\n"
               "first test questions, and where each hop looked. The names of the traces are printed;\n"
               "'./tapehead plot RUN --kind heads' draws them.\n",
           .options = options,
           .examples = {{"trace RUN", "the input of the paper's Figure 6, for a copy run"},
                        {"trace RUN --task.length=50", "a sequence longer than any it was trained on"}},
           .most_arguments = 1},
      .run = trace};
}

}  // namespace tapehead
