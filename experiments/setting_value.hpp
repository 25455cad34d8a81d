// The value of one setting as text and as a typed value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "framework/tensor/setting.hpp"

namespace tapehead {

/// The field of an options struct that a setting is.
using SettingField = std::variant<bool*, std::size_t*, double*, std::string*>;

/// A setting's value as files keep it.
using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

/// What may be given: "a whole number of at least 1", "one of ntm, lstm".
std::string expectation(const Setting& setting, const SettingField& field);

/// Gives the field the value that `text` says. Throws UsageError with the reason ("expected a number of at least 0,
/// got 'abc'") and leaves the field as it was, if the text is no such value or out of range. Not a number is never
/// taken: it is how a field says that it has no value.
void parse_value(const Setting& setting, std::string_view text, const SettingField& field);

/// False for a number field that is not a number.
bool has_value(const SettingField& field);

/// The value as text that parse_value() takes back to the same value; numbers in their shortest form.
std::string format_value(const SettingField& field);

/// The value itself.
SettingValue value_of(const SettingField& field);

}  // namespace tapehead
