#include "experiments/command_line.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iomanip>
#include <ostream>

#include "experiments/near_names.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace po = boost::program_options;

constexpr Option kHelp{"help", "", "print this help and end"};
constexpr const char* kPositional = "argument";  // Boost's name for what is no option
constexpr std::size_t kMostArguments = 10000;  // no command needs more, and Boost's time is quadratic in them

std::vector<Option> all_options(const Syntax& syntax) {
  std::vector<Option> options = syntax.options;
  options.push_back(kHelp);
  return options;
}

std::vector<std::string> option_names(const Syntax& syntax) {
  std::vector<std::string> names;
  for (const Option& option : all_options(syntax)) names.push_back("--" + std::string(option.name));
  return names;
}

[[noreturn]] void refuse_option(const Syntax& syntax, const std::string& option) {
  throw UsageError("unknown option '" + option + "'" + did_you_mean(option, option_names(syntax)));
}

po::parsed_options parse(const Syntax& syntax, const std::vector<std::string>& arguments) {
  po::options_description known;
  for (const Option& option : all_options(syntax)) {
    const std::string name(option.name);
    if (option.parameter.empty()) {
      known.add_options()(name.c_str(), "");
    } else {
      known.add_options()(name.c_str(), po::value<std::string>(), "");
    }
  }
  known.add_options()(kPositional, po::value<std::vector<std::string>>(), "");
  po::positional_options_description positional;
  positional.add(kPositional, -1);
  namespace style = po::command_line_style;
  try {
    return po::command_line_parser(arguments)
        .options(known)
        .positional(positional)
        .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
        .allow_unregistered()
        .run();
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
}

// An option Boost does not know: a setting, or a mistake.
Assignment as_setting(const Syntax& syntax, const po::option& option) {
  const std::string written = "--" + option.string_key;
  const std::string& token = option.original_tokens.front();
  const bool has_value = token.find('=') != std::string::npos;
  const bool dotted = option.string_key.find('.') != std::string::npos;
  if (!syntax.settings || (!dotted && !near_names(written, option_names(syntax)).empty())) {
    refuse_option(syntax, written);
  }
  if (!has_value) {
    if (!dotted) refuse_option(syntax, written);
    throw UsageError("setting '" + option.string_key + "' lacks its value: " + written + "=VALUE");
  }
  return {option.string_key, option.value.empty() ? "" : option.value.front(), ""};
}

// An option's value, empty for a switch.
std::string option_value(const Syntax& syntax, const po::option& option) {
  const std::string value = option.value.empty() ? "" : option.value.front();
  const std::vector<Option> known = all_options(syntax);
  const bool has_parameter = !std::ranges::find(known, option.string_key, &Option::name)->parameter.empty();
  // Boost refuses "--out=" but takes "--out" and nothing, which is what a shell makes of --out "$UNSET".
  if (has_parameter && value.empty())
    throw UsageError("option '--" + option.string_key + "' lacks its value");
  return value;
}

std::size_t parse_number(std::string_view option, std::string_view text, std::size_t minimum) {
  std::size_t number = 0;
  try {
    parse_value({.name = option, .help = "", .minimum = static_cast<double>(minimum)}, text, &number);
  } catch (const UsageError& error) {
    throw UsageError("--" + std::string(option) + ": " + error.what());
  }
  return number;
}

std::string written(const Option& option) {
  return "--" + std::string(option.name) +
         (option.parameter.empty() ? "" : " " + std::string(option.parameter));
}

}  // namespace

std::optional<std::string> Arguments::text(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Arguments::number(std::string_view option, std::size_t minimum) const {
  const auto value = text(option);
  return value ? std::optional(parse_number(option, *value, minimum)) : std::nullopt;
}

Arguments parse_arguments(const Syntax& syntax, const std::vector<std::string>& arguments) {
  if (arguments.size() > kMostArguments) throw UsageError("more than ten thousand arguments");
  Arguments parsed;
  for (const po::option& option : parse(syntax, arguments).options) {
    if (option.string_key == kPositional) {
      // Boost takes "--=x" for an argument, and "--argument" for the name it was given for those.
      const bool dashed = !option.original_tokens.empty() && option.original_tokens.front().starts_with("--");
      if (dashed) refuse_option(syntax, option.original_tokens.front());
      parsed.positional.insert(parsed.positional.end(), option.value.begin(), option.value.end());
    } else if (option.unregistered) {
      parsed.settings.push_back(as_setting(syntax, option));
    } else if (!parsed.options.emplace(option.string_key, option_value(syntax, option)).second) {
      throw UsageError("option '--" + option.string_key + "' is given twice");
    }
  }
  if (parsed.positional.size() > syntax.most_arguments) {
    throw UsageError("unexpected argument '" + parsed.positional[syntax.most_arguments] + "'");
  }
  return parsed;
}

std::vector<std::size_t> parse_list(std::string_view option, std::string_view text, std::size_t minimum) {
  std::vector<std::size_t> numbers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::size_t number = parse_number(option, text.substr(begin, end - begin), minimum);
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
    begin = end + 1;
  }
  return numbers;
}

void write_help(std::ostream& out, const Syntax& syntax) {
  for (std::size_t i = 0; i < syntax.usage.size(); ++i) {
    out << (i == 0 ? "usage: " : "       ") << "./tapehead " << syntax.usage[i] << "\n";
  }
  out << "\n" << syntax.summary << "\n";
  if (!syntax.description.empty()) out << "\n" << syntax.description;
  std::vector<std::pair<std::string, std::string>> rows;
  if (syntax.settings) rows.emplace_back("--section.key=VALUE", "give a setting a value; any number of them");
  for (const Option& option : all_options(syntax)) rows.emplace_back(written(option), option.help);
  out << "\noptions\n";
  write_columns(out, rows);
  if (syntax.examples.empty()) return;
  rows.clear();
  for (const Example& example : syntax.examples) {
    rows.emplace_back("./tapehead " + std::string(example.command), example.meaning);
  }
  out << "\nexamples\n";
  write_columns(out, rows);
}

void write_columns(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  for (const auto& [left, right] : rows) {
    out << "  " << std::left << std::setw(static_cast<int>(width)) << left << "  " << right << "\n";
  }
}

}  // namespace tapehead
