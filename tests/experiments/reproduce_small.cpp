// The program with a catalogue of its own, for the tests of `reproduce`: a copy task that takes a second to learn nothing.
// Its other commands are the program's, so that its children train as those of the program do.
//
//   reproduce_small story-table STORIES DIR N   a table of N seeds in which a perfect net is enough, of nets that learn
//                                               for a moment
//   reproduce_small reproduce ntm2014/copy …    TAPEHEAD_SEQUENCES says how many a seed is trained on (default: 200);
//                                               a figure is drawn if TAPEHEAD_FIGURE is there
#include <cstdlib>
#include <iostream>

#include "experiments/command_reproduce.hpp"
#include "experiments/commands.hpp"
#include "experiments/story_table.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "framework/tensor/error.hpp"

namespace {

using namespace tapehead;

std::vector<Assignment> small_settings(const std::string& net) {
  const char* const sequences = std::getenv("TAPEHEAD_SEQUENCES");
  std::vector<Assignment> settings = {{"task.max_length", "3", ""},
                                      {"training.sequences", sequences == nullptr ? "200" : sequences, ""},
                                      {"training.evaluate_every", "50", ""},
                                      {"training.evaluation_sequences", "8", ""},
                                      {"training.checkpoint_every", "5000", ""}};
  const std::vector<Assignment> ntm = {
      {"model.controller_size", "8", ""}, {"memory.slots", "6", ""}, {"memory.width", "4", ""}};
  const std::vector<Assignment> lstm = {{"model.units", "8", ""}, {"model.layers", "1", ""}};
  const std::vector<Assignment>& of_net = net == "lstm" ? lstm : ntm;
  settings.insert(settings.end(), of_net.begin(), of_net.end());
  return settings;
}

std::vector<ReproductionResult> small_catalogue() {
  ReproductionResult copy = reproduction_catalogue().front();
  for (ReproductionRow& row : copy.rows) {
    row.seeds = row.seeds_needed = row.short_name == "lstm" ? 1 : 2;
    row.settings = small_settings(row.short_name);
  }
  copy.variations.resize(1);
  ReproductionResult broken = copy;
  broken.name = "diverging";
  broken.rows.resize(1);
  broken.rows.front().name = "diverging-ntm-ff";
  broken.rows.front().settings.push_back({"training.optimizer", "sgd", ""});
  broken.rows.front().settings.push_back({"training.learning_rate", "1e30", ""});
  ReproductionResult ngrams = *find_reproductions(reproduction_catalogue(), "ntm2014/ngrams").front();
  ngrams.rows.resize(1);
  ngrams.rows.front().seeds = 1;
  ngrams.rows.front().settings = small_settings("ff");
  ngrams.rows.front().settings.front() = {"task.length", "20", ""};
  return {copy, broken, ngrams};
}

int story_table(const std::string& stories, const std::string& directory, std::size_t seeds) {
  StoryTable table = *find_story_tables("henaff2017/table2").front();
  table.questions = 0;
  StoryVariant& entnet = table.variants.front();
  entnet.task_settings.clear();
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    for (const auto& [key, value] : {std::pair{"model.slots", "3"},
                                     {"model.width", "8"},
                                     {"training.steps", "20"},
                                     {"training.log_every", "10"},
                                     {"training.evaluate_every", "10"}})
      entnet.task_settings.push_back({task, key, value});
  }
  const ReproductionOptions options{.seeds = SeedRange{1, seeds},
                                    .processes = 2,
                                    .progress = false,
                                    .figure = false,
                                    .runs = std::filesystem::path(directory) / "runs",
                                    .results = directory};
  return static_cast<int>(reproduce_story_table(table, options, stories, std::cout, std::cerr));
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 4 && arguments.front() == "story-table")
    return story_table(arguments[1], arguments[2], std::stoul(arguments[3]));
  if (arguments.empty() || arguments.front() != "reproduce") return run_program(arguments);
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  return reproduce_from(small_catalogue(), parse_arguments(reproduce_command().syntax, rest),
                        std::getenv("TAPEHEAD_FIGURE") != nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  ensure_blas_kernel(argc, argv);
  try {
    return run({argv + 1, argv + argc});
  } catch (const Error& error) {
    std::cout.flush();
    std::cerr << "tapehead: error: " << error.what() << std::endl;
    return static_cast<int>(error.code());
  }
}
