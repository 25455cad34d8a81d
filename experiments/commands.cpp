#include "experiments/commands.hpp"

#include <algorithm>
#include <iostream>

#include "experiments/near_names.hpp"
#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"
#include "tapehead_build_info.hpp"

namespace tapehead {
namespace {

// What the launcher does by itself.
constexpr Example kLauncherCommands[] = {
    {"test [CTEST ARGUMENTS]", "build the tests and run them with ctest"}};

int code(ExitCode exit_code) { return static_cast<int>(exit_code); }

const Command* find_command(const std::string& name) {
  const auto all = commands();
  const auto found = std::ranges::find(all, name, [](const Command& command) { return command.syntax.name; });
  return found == all.end() ? nullptr : &*found;
}

int run_command(const Command& command, const std::vector<std::string>& rest) {
  if (command.pass_on != nullptr) return command.pass_on(rest);
  try {
    const Arguments arguments = parse_arguments(command.syntax, rest);
    if (arguments.has("help")) {
      write_help(std::cout, command.syntax);
      if (command.more_help != nullptr) command.more_help(std::cout, arguments);
      return code(ExitCode::done);
    }
    return command.run(arguments);
  } catch (const UsageError& error) {
    throw UsageError(std::string(error.what()) + "\nsee: ./tapehead " + std::string(command.syntax.name) +
                     " --help");
  }
}

int unknown_command(const std::string& name) {
  if (name == "test") {
    throw UsageError("'test' belongs to the launcher: run ./tapehead test in " + source_directory().string());
  }
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.syntax.name);
  std::cerr << "tapehead: error: unknown " << (name.starts_with("-") ? "option" : "command") << " '" << name
            << "'" << did_you_mean(name, names) << "\n\n";
  write_program_help(std::cerr);
  return code(ExitCode::usage);
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> all = {
      demo_command(),      train_command(),    sweep_command(), evaluate_command(), compare_command(),
      ask_command(),       generate_command(), trace_command(), autopsy_command(),  repair_command(),
      reproduce_command(), plot_command(),     bench_command(), list_command(),     doctor_command()};
  return all;
}

void write_program_help(std::ostream& out) {
  out << "usage: ./tapehead COMMAND [ARGUMENTS]\n"
         "       ./tapehead COMMAND --help\n\n"
         "Neural Turing Machines and memory networks: train them, look inside, and draw the papers' "
         "figures.\n\n"
         "commands\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : commands()) rows.emplace_back(command.syntax.name, command.syntax.summary);
  for (const Example& command : kLauncherCommands) rows.emplace_back("test", command.meaning);
  rows.emplace_back("--help", "print this help and end");
  rows.emplace_back("--version", "print the version and end");
  write_columns(out, rows);
  out << "\nexit codes\n";
  write_columns(
      out, {{"0", "done"},
            {"2", "wrong command line, setting or preset file"},
            {"3", "the run diverged: a loss or gradient was not a finite number"},
            {"65", "a damaged file, or one of another program"},
            {"69", "something that is needed is not there, memory too"},
            {"70", "a fault of this program"},
            {"74", "reading or writing failed"},
            {"129, 130, 138, 143", "interrupted by SIGHUP, SIGINT, SIGUSR1, SIGTERM, after a checkpoint"}});
  out << "\nexamples\n";
  write_columns(out,
                {{"./tapehead demo", "learn to copy, and draw how"},
                 {"./tapehead list presets", "what can be trained as it is"},
                 {"./tapehead train ntm2014/copy-ntm-lstm --seed 3", "one run of the paper's copy task"}});
}

int run_program(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    write_program_help(std::cerr);
    return code(ExitCode::usage);
  }
  const std::string& name = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (name == "--help" || name == "-h" || name == "help") {
    const Command* const command = rest.empty() ? nullptr : find_command(rest.front());
    if (command != nullptr) return run_command(*command, {"--help"});
    write_program_help(std::cout);
    return code(ExitCode::done);
  }
  if (name == "--version") {
    std::cout << "tapehead " << build_info::version << ", revision " << build_info::git_revision
              << (build_info::git_dirty ? " with changes" : "") << "\n";
    return code(ExitCode::done);
  }
  const Command* const command = find_command(name);
  return command != nullptr ? run_command(*command, rest) : unknown_command(name);
}

}  // namespace tapehead
