// Figures are drawn in Python: results/plot.
#include "experiments/commands.hpp"
#include "experiments/processes.hpp"

namespace tapehead {
namespace {

int plot(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {kPython, plot_script().string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  become(command);
}

}  // namespace

Command plot_command() {
  return {
      .syntax = {.name = "plot",
                 .usage = {"plot RUN… [-o FILE.{png,svg,pdf}] [--kind KIND] [--group-by KEY] [--csv FILE]",
                           "plot --reproduction FILE.csv [-o FILE] [--csv FILE]"},
                 .summary = "draw the figures of runs, and print where they are"},
      .run = nullptr,
      .pass_on = plot};
}

}  // namespace tapehead
