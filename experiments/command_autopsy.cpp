// Find out where a run's first number came from that is not finite.
#include <unistd.h>

#include <iostream>

#include "experiments/autopsy.hpp"
#include "experiments/autopsy_report.hpp"
#include "experiments/commands.hpp"
#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

int autopsy(const Arguments& arguments) {
  if (arguments.positional.empty()) throw UsageError("which run? expected its directory");
  const std::optional<std::size_t> chosen = arguments.number("step", 1);
  const std::filesystem::path directory = find_run_directory(arguments.positional.front());
  const RunReader run(directory);
  std::optional<std::uint64_t> step = chosen;
  if (!chosen) {
    step = failed_step(run);
    if (step == 0) {
      std::cout << "there is nothing to look into: the run in " << shown(directory)
                << " has met no number that is "
                << "not finite (status: " << run.status() << ")\n";
      return 0;
    }
  }
  Autopsy found;
  {
    Progress progress(std::cerr, isatty(STDERR_FILENO) != 0, "");
    found = replay(run, step, progress);
  }
  for (const std::string& warning : found.warnings) std::cerr << "tapehead: warning: " << warning << "\n";
  write_report(std::cout, found);
  return 0;
}

}  // namespace

Command autopsy_command() {
  return {
      .syntax = {.name = "autopsy",
                 .usage = {"autopsy RUN [--step N]"},
                 .summary = "find out where a run's first nan or inf came from",
                 .description =
                     "Replays the run from its newest checkpoint before the failure, or from its start, and "
                     "computes\n"
                     "the failing step with a look at every tensor: the first that is not finite, the op "
                     "that made\n"
                     "it, what that op read, and what followed. The rows that the run logged on the way are\n"
                     "compared to the bit. Nothing is written. A run that went on (training.on_nan=skip or\n"
                     "rollback) is looked into at the last such step; log.txt has the others.\n",
                 .options = {{"step", "N", "the step to look into; default: the last that was not finite"}},
                 .examples = {{"autopsy RUN", "a run that ended with exit code 3"},
                              {"autopsy RUN --step 1200", "an earlier step of it"}},
                 .most_arguments = 1},
      .run = autopsy};
}

}  // namespace tapehead
