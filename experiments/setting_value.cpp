#include "experiments/setting_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>

#include "framework/tensor/error.hpp"
#include "framework/tensor/utf8.hpp"

namespace tapehead {
namespace {

// Files keep whole numbers as signed 64-bit integers.
constexpr auto kLargestCount = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::string shortest(double number) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  std::string text(digits.data(), end);
  // Exponents as people write them: 1e-4, not 1e-04; 1e6, not 1e+06.
  if (const std::size_t e = text.find('e'); e != std::string::npos) {
    if (text[e + 1] == '+') text.erase(e + 1, 1);
    const std::size_t first = text[e + 1] == '-' ? e + 2 : e + 1;
    text.erase(first, std::min(text.find_first_not_of('0', first), text.size() - 1) - first);
  }
  return text;
}

std::string range(const Setting& setting) {
  const bool from = std::isfinite(setting.minimum), to = std::isfinite(setting.maximum);
  if (from && to) return " from " + shortest(setting.minimum) + " to " + shortest(setting.maximum);
  if (from) return " of at least " + shortest(setting.minimum);
  if (to) return " of at most " + shortest(setting.maximum);
  return "";
}

bool in_range(const Setting& setting, double number) {
  return number >= setting.minimum && number <= setting.maximum;
}

bool parse_into(const Setting&, std::string_view text, bool& field) {
  if (text != "true" && text != "false") return false;
  field = text == "true";
  return true;
}

bool parse_into(const Setting& setting, std::string_view text, std::size_t& field) {
  const auto number = parse_number<std::size_t>(text);
  if (!number || *number > kLargestCount || !in_range(setting, static_cast<double>(*number))) return false;
  field = *number;
  return true;
}

bool parse_into(const Setting& setting, std::string_view text, double& field) {
  const auto number = parse_number<double>(text);
  if (!number || std::isnan(*number) || !in_range(setting, *number)) return false;
  field = *number;
  return true;
}

bool parse_into(const Setting& setting, std::string_view text, std::string& field) {
  if (!setting.choices.empty() && std::ranges::find(setting.choices, text) == setting.choices.end())
    return false;
  // What a settings file could not give back: its comments begin with #, its lines are trimmed and UTF-8.
  const bool trimmed = text.empty() || (text.front() != ' ' && text.back() != ' ');
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '#' && c != 127; };
  if (!trimmed || !std::ranges::all_of(text, printable) || !valid_utf8(text)) return false;
  field = text;
  return true;
}

struct Kind {
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::size_t*) const { return "a whole number" + range(setting); }
  std::string operator()(const double*) const { return "a number" + range(setting); }
  std::string operator()(const std::string*) const {
    if (setting.choices.empty()) return "text without '#'";
    std::string text;
    for (const std::string_view choice : setting.choices) {
      text += (text.empty() ? "one of " : ", ") + std::string(choice);
    }
    return text;
  }
  const Setting& setting;
};

}  // namespace

std::string expectation(const Setting& setting, const SettingField& field) {
  return std::visit(Kind{setting}, field);
}

void parse_value(const Setting& setting, std::string_view text, const SettingField& field) {
  const bool good = std::visit([&](auto* value) { return parse_into(setting, text, *value); }, field);
  if (!good)
    throw UsageError("expected " + expectation(setting, field) + ", got '" + std::string(text) + "'");
}

bool has_value(const SettingField& field) {
  const auto* const number = std::get_if<double*>(&field);
  return number == nullptr || !std::isnan(**number);
}

std::string format_value(const SettingField& field) {
  struct Format {
    std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
    std::string operator()(const std::size_t* value) const { return std::to_string(*value); }
    std::string operator()(const double* value) const { return shortest(*value); }
    std::string operator()(const std::string* value) const { return *value; }
  };
  return std::visit(Format{}, field);
}

SettingValue value_of(const SettingField& field) {
  struct Value {
    SettingValue operator()(const bool* value) const { return *value; }
    SettingValue operator()(const std::size_t* value) const { return static_cast<std::int64_t>(*value); }
    SettingValue operator()(const double* value) const { return *value; }
    SettingValue operator()(const std::string* value) const { return *value; }
  };
  return std::visit(Value{}, field);
}

}  // namespace tapehead
