// A command line of any content: arguments end at a line feed or NUL, the first one names the command. All that
// happens to them before a command acts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "experiments/commands.hpp"
#include "experiments/near_names.hpp"
#include "framework/tensor/error.hpp"
#include "tests/fuzz/round_trip.hpp"

using namespace tapehead;
using fuzzing::expect;

namespace {

// What settings of the command line are put over.
constexpr const char* kPreset =
    "# A small one\n"
    "[task]\nname = copy\nmax_length = 4\nbits = 3\n"
    "[model]\nname = ntm\ncontroller = lstm\ncontroller_size = 5\n"
    "[memory]\nslots = 6\nwidth = 4\n"
    "[training]\nsteps = 10\noptimizer = rmsprop\nmomentum = 0.8\n";

std::vector<std::string> split(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> arguments;
  const auto ends = [](char c) { return c == '\n' || c == '\0'; };
  const std::string text(data, data + size);
  for (auto begin = text.begin(); begin != text.end();) {
    const auto end = std::find_if(begin, text.end(), ends);
    arguments.emplace_back(begin, end);
    begin = end == text.end() ? end : end + 1;
  }
  return arguments;
}

bool same_assignment(const Assignment& a, const Assignment& b) {
  return a.key == b.key && a.value == b.value;
}

// What was understood, written in its plainest form, must be understood in the same way.
void expect_same_when_rewritten(const Syntax& syntax, const Arguments& arguments) {
  std::vector<std::string> plain;
  for (const Assignment& setting : arguments.settings)
    plain.push_back("--" + setting.key + "=" + setting.value);
  for (const auto& [name, value] : arguments.options) {
    const bool takes_value = std::ranges::any_of(syntax.options, [&name = name](const Option& option) {
      return option.name == name && !option.parameter.empty();
    });
    plain.push_back("--" + name + (takes_value ? "=" + value : ""));
  }
  plain.insert(plain.end(), arguments.positional.begin(), arguments.positional.end());
  Arguments again;
  try {
    again = parse_arguments(syntax, plain);
  } catch (const UsageError& error) {
    expect(false, "rewritten it is refused: " + std::string(error.what()));
  }
  expect(again.positional == arguments.positional, "other arguments");
  expect(again.options == arguments.options, "other options");
  expect(std::ranges::equal(again.settings, arguments.settings, same_assignment), "other settings");
}

void read_values(const Arguments& arguments) {
  arguments.number("seed");
  arguments.number("threads", 1);
  arguments.number("sequences", 1);
  if (const auto list = arguments.text("task.length")) {
    const std::vector<std::size_t> lengths = parse_list("task.length", *list, 1);
    expect(!lengths.empty() && std::ranges::min(lengths) >= 1, "lengths of 0");
  }
}

void use(const Command& command, const std::vector<std::string>& rest) {
  if (command.pass_on != nullptr) return;  // another program takes them
  const Arguments arguments = parse_arguments(command.syntax, rest);
  expect(arguments.positional.size() <= command.syntax.most_arguments, "too many arguments");
  expect_same_when_rewritten(command.syntax, arguments);
  if (arguments.has("help")) {
    std::ostringstream help;
    write_help(help, command.syntax);
    return;
  }
  read_values(arguments);
  if (!command.syntax.settings) return;
  std::istringstream preset(kPreset);
  std::vector<Assignment> settings = arguments.settings;
  if (const auto seed = arguments.text("seed")) settings.push_back({"seed", *seed, ""});
  fuzzing::expect_usable({"fuzz", read_settings(preset, "fuzz.ini"), settings});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> arguments = split(data, size);
  if (arguments.empty()) return 0;
  const auto all = commands();
  const auto command =
      std::ranges::find(all, arguments.front(), [](const Command& c) { return c.syntax.name; });
  try {
    if (command != all.end()) {
      use(*command, {arguments.begin() + 1, arguments.end()});
    } else {
      std::vector<std::string> names;
      for (const Command& c : all) names.emplace_back(c.syntax.name);
      did_you_mean(arguments.front(), names);
    }
  } catch (const UsageError&) {
    // Refused with its reason. Any other exception is not caught, and a finding.
  }
  return 0;
}
