// Measure a trained net.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <utility>

#include "experiments/commands.hpp"
#include "experiments/compare.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/machine.hpp"
#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"
#include "tasks/babi/babi.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead {
namespace {

std::string listed(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, words.size()); ++i) text += (i > 0 ? ", " : "") + words[i];
  return text + (words.size() > kMost ? " and " + std::to_string(words.size() - kMost) + " more" : "");
}

// The directory's own name, as columns have it: "en_10k" of ".../en-10k/".
std::string column_part(const std::filesystem::path& directory) {
  std::string name = std::filesystem::weakly_canonical(directory).filename().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name.empty() ? "data" : name;
}

// Puts the stories of a directory in the place of those that the net was trained on. Tells on standard error what the net
// does not know of them. Returns the name for columns.
std::string exchange_stories(TrainedNet& net, const std::string& data) {
  const auto* const own = dynamic_cast<const Babi*>(net.task.get());
  if (own == nullptr) {
    throw UsageError("--task.data: the run was trained on task '" + std::string(net.task->name()) +
                     "', not on stories (babi)");
  }
  Babi::Elsewhere other = own->with_data(data);
  if (!other.unknown.words.empty()) {
    std::cerr << "tapehead: the net does not know these words, which are left out: "
              << listed(other.unknown.words) << "\n";
  }
  if (other.unknown.questions > 0) {
    std::cerr << "tapehead: " << other.unknown.questions << " of " << other.task->questions(Split::test)
              << " test questions have an answer that the net does not know: it is always wrong there\n";
  }
  net.task = std::move(other.task);
  return column_part(data == "generated" ? std::filesystem::path(data) : story_directories(data).front());
}

// Of several tasks that a net knows each, then all together.
std::vector<Variation> each_task(const TrainedNet& net) {
  std::vector<Variation> variations;
  const std::vector<std::size_t> tasks = dynamic_cast<const Babi&>(*net.task).tasks();
  if (tasks.size() > 1) {
    for (const std::size_t task : tasks) variations.push_back({{{"task", task}}});
  }
  variations.emplace_back();
  return variations;
}

// What is asked of every run.
struct Question {
  std::vector<Variation> variations;
  std::optional<std::size_t> sequences;
  std::size_t threads;
  std::optional<Split> split;
  std::optional<std::string> data;
};

void evaluate_run(const Arguments& named, const Question& question) {
  TrainedNet net = load_net(named);
  if (question.sequences && net.task->size(Split::test) > 0)
    throw UsageError("--sequences: the task stores its questions, and all of a set are asked");
  const std::size_t sequences = question.sequences.value_or(net.settings->training().evaluation_sequences);
  std::vector<Variation> variations = question.variations;
  std::string data;
  if (question.data) {
    data = exchange_stories(net, *question.data);
    if (variations.size() == 1 && variations.front().trained()) variations = each_task(net);
  }
  std::vector<VariationResult> results =
      evaluate_variations(net, variations, sequences, question.threads, question.split);
  for (VariationResult& result : results) result.data = data;
  record_results(net, results);
  record_answers(net, results, question.threads);
  std::cout << net.settings->preset() << ", seed " << net.settings->seed() << ", step " << net.step;
  if (!results.front().split)
    std::cout << ", " << sequences << (sequences == 1 ? " sequence" : " sequences") << " each";
  std::cout << "\n\n";
  write_results(std::cout, net.settings->loss(*net.task), results);
}

// One run is passed on as it is: what is wrong with it is told when it is loaded.
std::vector<std::string> runs_of(const std::vector<std::string>& arguments) {
  namespace fs = std::filesystem;
  if (arguments.empty()) return {};
  if (arguments.size() == 1) {
    const fs::path directory = find_run_directory(arguments.front());
    if (fs::exists(directory / "run.h5") || fs::exists(directory / "checkpoints")) return arguments;
  }
  std::vector<std::string> runs;
  for (const fs::path& run : named_runs(arguments)) runs.push_back(run.string());
  return runs;
}

int evaluate(const Arguments& arguments) {
  const auto split = arguments.text("split");
  const Question question{.variations = parse_variations(arguments),
                          .sequences = arguments.number("sequences", 1),
                          .threads = arguments.number("threads", 1).value_or(hardware_threads()),
                          .split = split ? std::optional(parse_split(*split)) : std::nullopt,
                          .data = arguments.text("task.data")};
  Arguments named = arguments;
  const std::vector<std::string> runs = runs_of(arguments.positional);
  if (runs.size() < 2) {
    if (!runs.empty()) named.positional = runs;
    evaluate_run(named, question);
    return 0;
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    named.positional = {runs[i]};
    std::cout << (i > 0 ? "\n" : "") << shown(runs[i]) << ": ";
    std::cout.flush();
    evaluate_run(named, question);
  }
  return 0;
}

}  // namespace

Command evaluate_command() {
  std::vector<Option> options = variation_options();
  options.insert(options.end(),
                 {{"task.data", "DIR",
                   "other stories than those of training, of the same bAbI tasks, as the setting task.data"},
                  {"split", "NAME", "of stored questions: train, validation or test, which is the default"},
                  {"sequences", "N", "of each variation; default: training.evaluation_sequences"},
                  kCheckpointOption,
                  {"threads", "N", "threads at most; results do not depend on it; default: all"}});
  return {
      .syntax =
          {.name = "evaluate",
           .usage = {"evaluate RUN… [--task.length=LIST] [--task.repeats=LIST] [--task.task=LIST] "
                     "[--sequences N]\n"
                     "       [--task.data DIR] [--split NAME] [--checkpoint last|best] [--threads N]"},
           .summary = "measure a trained net, also at sizes it was not trained on",
           .description =
               "The results are printed, and added to metrics/eval of the run's run.h5 at the step of\n"
               "the checkpoint: bits_length_20, wrong_bits_length_20, …, bits_length_20_repeats_10 for a\n"
               "combination, or bits_trained and wrong_bits_trained for the sizes of training, which are "
               "the\n"
               "default; where the least possible cost is known and not 0, optimum_length_20 beside. Where "
               "a\n"
               "task stores its questions: all of its test set, nats_test, wrong_classes_test, or with\n"
               "--task.task=2 those of one task, wrong_classes_test_task_2. Of stories it is counted which "
               "answers\n"
               "were given where which were right (answers/test; './tapehead plot RUN --kind confusion'), "
               "and "
               "the\n"
               "error of the answer that is most frequent in the training questions stands beside. "
               "--task.data=DIR\n"
               "asks about other stories, each task by itself: of en, wrong_classes_test_en_task_2. Words "
               "that "
               "the\n"
               "net does not know are left out. Several runs, or a directory of runs, are evaluated one "
               "after the\n"
               "other; './tapehead compare DIR --group-by KEY' has them in one table.\n",
           .options = options,
           .examples = {{"evaluate RUN --task.length=10,20,30,50,120", "the lengths of the paper's Figure 4"},
                        {"evaluate RUN --task.data=DIR", "a net that reads stories, on the files of bAbI"}},
           .most_arguments = 10000},
      .run = evaluate};
}

}  // namespace tapehead
