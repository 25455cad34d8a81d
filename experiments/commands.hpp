// The commands of the program. Each is one file, command_<name>.cpp.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "experiments/command_line.hpp"

namespace tapehead {

struct Command {
  Syntax syntax;
  int (*run)(const Arguments& arguments);  // returns the exit code; throws Error
  void (*more_help)(std::ostream& out,
                    const Arguments& arguments) = nullptr;  // behind the help of the syntax
  int (*pass_on)(const std::vector<std::string>& arguments) =
      nullptr;  // instead of run: takes everything as it is
};

Command demo_command();
Command train_command();
Command sweep_command();
Command compare_command();
Command evaluate_command();
Command ask_command();
Command generate_command();
Command trace_command();
Command autopsy_command();
Command repair_command();
Command reproduce_command();
Command plot_command();
Command bench_command();
Command list_command();
Command doctor_command();

/// All commands, in the order of the help.
std::span<const Command> commands();

/// The whole command line behind the program's name, to the exit code. Throws Error.
int run_program(const std::vector<std::string>& arguments);

/// The help of the program: commands, files, exit codes.
void write_program_help(std::ostream& out);

}  // namespace tapehead
