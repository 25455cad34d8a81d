// Runs side by side.
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/compare.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/words.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

int compare(const Arguments& arguments) {
  if (arguments.positional.empty()) throw UsageError("which runs? './tapehead list runs' names them");
  std::vector<ComparedRun> runs;
  for (const auto& path : named_runs(arguments.positional)) runs.push_back(read_compared(path));
  const auto by = arguments.text("group-by");
  if (!by && runs.size() < 2) throw UsageError("only one run is named; a second one is compared with it");
  const std::vector<std::string> keys = by ? comma_separated("group-by", *by) : std::vector<std::string>();
  if (by) {
    write_groups(std::cout, runs, keys);
  } else {
    write_comparison(std::cout, runs);
  }
  if (const auto file = arguments.text("csv")) {
    write_csv_file(*file, by ? grouped_table(runs, keys) : comparison_table(runs));
    std::cout << "\n" << shown(*file) << "\n";
  }
  return 0;
}

}  // namespace

Command compare_command() {
  return {.syntax =
              {.name = "compare",
               .usage = {"compare RUN RUN… [--csv FILE]", "compare DIR… --group-by KEY[,KEY] [--csv FILE]"},
               .summary = "runs side by side: settings that differ, and results",
               .description =
                   "A directory that is no run stands for all runs below it, as that of a sweep does. With\n"
                   "--group-by, runs that agree in these settings are a group, of which medians and\n"
                   "quartiles are shown. The file has the same numbers in full, a row per run or group.\n",
               .options = {{"group-by", "KEY[,KEY]", "settings that make the groups, as memory.slots"},
                           {"csv", "FILE", "also write the numbers as comma-separated text"}},
               .examples = {{"compare RUN RUN", "what differs, and what came of it"},
                            {"compare DIR --group-by training.learning_rate", "medians over the seeds"}},
               .most_arguments = 10000},
          .run = compare};
}

}  // namespace tapehead
