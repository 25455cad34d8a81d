#include "experiments/settings_file.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <fstream>
#include <iomanip>
#include <map>
#include <sstream>

#include "framework/tensor/error.hpp"
#include "framework/tensor/utf8.hpp"

namespace tapehead {
namespace {

namespace po = boost::program_options;

// No setting needs more; a file that is something else altogether is refused early.
constexpr std::size_t kLongestLine = 10000;
constexpr std::size_t kMostLines = 10000;
// A title stands in every file that is written of the settings, and as an attribute in run files.
constexpr std::size_t kLongestTitle = 1000;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some editors begin a file with it

// The next line, or what of it is too long already: a file without line ends is not read to its end.
bool next_line(std::istream& in, std::string& line) {
  line.clear();
  for (int c; line.size() <= kLongestLine && (c = in.get()) != std::istream::traits_type::eof();) {
    if (c == '\n') return true;
    line += static_cast<char>(c);
  }
  return !line.empty();
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void expect_text(const std::string& line, const std::string& place) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; };
  if (std::ranges::any_of(line, control)) throw UsageError(place + ": not text: it has control characters");
  if (!valid_utf8(line)) throw UsageError(place + ": not text in UTF-8");
}

// Boost reads the file line by line, under the section that is open, so that the number of the line is known.
void read_line(const std::string& section, const std::string& line, const std::string& place,
               std::vector<Assignment>& into) {
  std::istringstream text(section + "\n" + line);
  static const po::options_description nothing_known;
  try {
    const po::parsed_options parsed = po::parse_config_file(text, nothing_known, true);
    for (const po::option& option : parsed.options) {
      into.push_back({option.string_key, option.value.empty() ? "" : option.value.front(), place});
    }
  } catch (const po::error&) {
    throw UsageError(place + ": expected '[section]' or 'key = value', got '" + line + "'");
  }
}

void expect_no_duplicates(const std::vector<Assignment>& assignments) {
  std::map<std::string, std::string> first;  // key -> place
  for (const Assignment& assignment : assignments) {
    const auto [before, fresh] = first.emplace(assignment.key, assignment.origin);
    if (!fresh) {
      refuse(assignment,
             "setting '" + assignment.key + "' is given twice; the first time at " + before->second);
    }
  }
}

// "memory slots (N, slot), a whole number of at least 1"
std::string explanation(const Settings::Entry& entry) {
  const Setting& setting = entry.setting;
  const std::string unit = setting.unit == "1" ? "" : std::string(setting.unit);
  const std::string symbol(setting.symbol);
  const std::string both = symbol + (symbol.empty() || unit.empty() ? "" : ", ") + unit;
  std::string needs;
  for (const std::string_view value : setting.needs.values) {
    needs +=
        (needs.empty() ? "; with " + std::string(setting.needs.name) + " = " : " or ") + std::string(value);
  }
  return std::string(setting.help) + (both.empty() ? "" : " (" + both + ")") + "; " +
         expectation(setting, entry.field) + needs;
}

}  // namespace

SettingsText read_settings(std::istream& in, const std::string& name) {
  SettingsText text;
  std::string section, line;
  for (std::size_t number = 1; next_line(in, line); ++number) {
    const std::string place = name + ":" + std::to_string(number);
    if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (number > kMostLines || line.size() > kLongestLine)
      throw UsageError(place + ": too long for a settings file");
    line = trimmed(line);
    expect_text(line, place);
    if (number == 1 && line.starts_with("#")) text.title = trimmed(line.substr(1));
    if (text.title.size() > kLongestTitle) throw UsageError(place + ": too long for a title");
    const std::string code = trimmed(line.substr(0, line.find('#')));
    if (code.starts_with("[")) {
      const bool closed = code.size() > 2 && code.ends_with("]");
      if (!closed || !trimmed(code.substr(1, code.size() - 2)).size()) {
        throw UsageError(place + ": expected '[section]', got '" + code + "'");
      }
      section = code;
    } else if (code.starts_with("=")) {
      throw UsageError(place + ": expected 'key = value', got '" + code + "'");
    } else if (!code.empty()) {
      read_line(section, code, place, text.assignments);
    }
  }
  if (in.bad()) throw IoError(name + ": reading failed");
  expect_no_duplicates(text.assignments);
  return text;
}

SettingsText read_settings_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw UsageError(path.string() + ": there is no such file");
  if (std::filesystem::is_directory(path, error)) {
    throw UsageError(path.string() + ": a directory; expected a settings file");
  }
  std::ifstream in(path);
  if (!in) throw IoError(path.string() + ": it cannot be opened for reading");
  return read_settings(in, path.string());
}

void write_settings(std::ostream& out, const Settings& settings, const std::string& heading) {
  std::istringstream lines(heading);
  for (std::string line; std::getline(lines, line);) out << "# " << line << "\n";
  std::size_t width = 0;
  for (const Settings::Entry& entry : settings.entries()) {
    if (!settings.counts(entry)) continue;
    width = std::max(width, (std::string(entry.setting.name) + " = " + format_value(entry.field)).size());
  }
  std::string section;
  for (const Settings::Entry& entry : settings.entries()) {
    if (!settings.counts(entry)) continue;
    if (entry.section != section) out << "\n[" << (section = entry.section) << "]\n";
    const std::string assignment = std::string(entry.setting.name) + " = " + format_value(entry.field);
    out << std::left << std::setw(static_cast<int>(width)) << assignment << "  # " << explanation(entry)
        << "\n";
  }
}

void write_settings_table(std::ostream& out, const Settings& settings, const std::string& value_title) {
  const auto value = [](const Settings::Entry& entry) {
    return has_value(entry.field) ? format_value(entry.field) : "-";
  };
  std::size_t keys = std::string_view("setting").size(), values = value_title.size();
  for (const Settings::Entry& entry : settings.entries()) {
    keys = std::max(keys, entry.key.size());
    values = std::max(values, value(entry).size());
  }
  const auto row = [&](const std::string& key, const std::string& text, const std::string& meaning) {
    out << "  " << std::left << std::setw(static_cast<int>(keys)) << key << "  "
        << std::setw(static_cast<int>(values)) << text << "  " << meaning << "\n";
  };
  row("setting", value_title, "meaning");
  for (const Settings::Entry& entry : settings.entries()) row(entry.key, value(entry), explanation(entry));
}

}  // namespace tapehead
