// Speed: a program of its own, built beside this one from tests/benchmarks.
#include <filesystem>

#include "experiments/commands.hpp"
#include "experiments/processes.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

int bench(const std::vector<std::string>& arguments) {
  const std::filesystem::path program = program_path().replace_filename("tapehead_bench");
  if (!std::filesystem::exists(program)) {
    throw UnavailableError(program.string() +
                           ": the benchmarks are not built\nbuild them with: cmake --build " +
                           program.parent_path().string() + " --target tapehead_bench");
  }
  std::vector<std::string> command = {program.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  become(command);
}

}  // namespace

Command bench_command() {
  return {.syntax = {.name = "bench",
                     .usage = {"bench [ntm-copy|ntm2014|memn2n|matmul] [--json FILE]"},
                     .summary = "measure speed, beside libtorch where it is there"},
          .run = nullptr,
          .pass_on = bench};
}

}  // namespace tapehead
