// The arguments of one command: what it takes, how it is parsed, and its help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/settings.hpp"

namespace tapehead {

/// "--out DIR", "--json FILE", "--quiet".
struct Option {
  std::string_view name;       // "out"
  std::string_view parameter;  // "DIR"; empty: a switch without a value
  std::string_view help;       // one line, lower case, no full stop
};

/// A line of examples in the help.
struct Example {
  std::string_view command;  // behind "./tapehead "
  std::string_view meaning;
};

/// What a command takes.
struct Syntax {
  std::string_view name;                // "train"
  std::vector<std::string_view> usage;  // behind "./tapehead ", one line each
  std::string_view summary;             // one line, lower case, no full stop
  std::string_view description = "";    // lines
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  std::size_t most_arguments = 0;  // beside options
  bool settings = false;           // takes --section.key=value
};

/// What a command was given.
class Arguments {
 public:
  std::vector<std::string> positional;
  std::vector<Assignment> settings;
  std::map<std::string, std::string, std::less<>> options;  // name -> value, empty for a switch

  bool has(std::string_view option) const { return options.contains(option); }
  std::optional<std::string> text(std::string_view option) const;

  /// A whole number. Throws UsageError if it is none or less than `minimum`.
  std::optional<std::size_t> number(std::string_view option, std::size_t minimum = 0) const;
};

/// Parses with Boost.Program_options, abbreviations off. "help" is an option of every command. Throws UsageError at
/// an unknown option (with the nearest known one), a missing, empty or extra value, an option given twice, and too many
/// arguments.
Arguments parse_arguments(const Syntax& syntax, const std::vector<std::string>& arguments);

/// "10,20,50" as numbers. Throws UsageError, naming the option.
std::vector<std::size_t> parse_list(std::string_view option, std::string_view text, std::size_t minimum);

/// Usage, description, options, examples.
void write_help(std::ostream& out, const Syntax& syntax);

/// Rows of two columns, the second one aligned, indented by two.
void write_columns(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace tapehead
