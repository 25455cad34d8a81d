// Measure a trained net.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/machine.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

int evaluate(const Arguments& arguments) {
  const std::vector<Variation> variations = parse_variations(arguments);
  const auto wanted = arguments.number("sequences", 1);
  const std::size_t threads = arguments.number("threads", 1).value_or(hardware_threads());
  const auto named = arguments.text("split");
  const std::optional<Split> split = named ? std::optional(parse_split(*named)) : std::nullopt;
  TrainedNet net = load_net(arguments);
  if (wanted && net.task->size(Split::test) > 0)
    throw UsageError("--sequences: the task stores its questions, and all of a set are asked");
  const std::size_t sequences = wanted.value_or(net.settings->training().evaluation_sequences);
  const std::vector<VariationResult> results =
      evaluate_variations(net, variations, sequences, threads, split);
  record_results(net, results);
  std::cout << net.settings->preset() << ", seed " << net.settings->seed() << ", step " << net.step;
  if (!results.front().split)
    std::cout << ", " << sequences << (sequences == 1 ? " sequence" : " sequences") << " each";
  std::cout << "\n\n";
  write_results(std::cout, net.task->loss(), results);
  return 0;
}

}  // namespace

Command evaluate_command() {
  std::vector<Option> options = variation_options();
  options.insert(options.end(),
                 {{"split", "NAME", "of stored questions: train, validation or test, which is the default"},
                  {"sequences", "N", "of each variation; default: training.evaluation_sequences"},
                  kCheckpointOption,
                  {"threads", "N", "threads at most; results do not depend on it; default: all"}});
  return {
      .syntax =
          {.name = "evaluate",
           .usage =
               {"evaluate RUN [--task.length=LIST] [--task.repeats=LIST] [--task.task=LIST] [--sequences N]\n"
                "       [--split NAME] [--checkpoint last|best] [--threads N]"},
           .summary = "measure a trained net, also at sizes it was not trained on",
           .description =
               "The results are printed, and added to metrics/eval of the run's run.h5 at the step of\n"
               "the checkpoint: bits_length_20, wrong_bits_length_20, …, bits_length_20_repeats_10 for a\n"
               "combination, or bits_trained and wrong_bits_trained for the sizes of training, which are "
               "the\n"
               "default; where the least possible cost is known and not 0, optimum_length_20 beside. Where "
               "a\n"
               "task stores its questions: all of its test set, nats_test, wrong_classes_test, or with\n"
               "--task.task=2 those of one task, wrong_classes_test_task_2.\n",
           .options = options,
           .examples = {{"evaluate RUN --task.length=10,20,30,50,120",
                         "the lengths of the paper's Figure 4"}},
           .most_arguments = 1},
      .run = evaluate};
}

}  // namespace tapehead
