// All settings of a run by name, bound to the options structs they live in.
//
//   Settings settings;
//   settings.bind("training", training);                        // any struct with visit(f)
//   settings.apply(read_settings_file("copy.ini").assignments);
//
// One description of a setting (framework/tensor/setting.hpp) serves the command line, files, help and HDF5.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/setting_value.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead {

/// A value given to a setting somewhere.
struct Assignment {
  std::string key;     // "training.learning_rate"
  std::string value;   // "1e-4"
  std::string origin;  // where it was given, "FILE:LINE"; empty: on the command line
};

/// Throws UsageError, its message led by the place of the assignment if that is a file.
[[noreturn]] void refuse(const Assignment& assignment, const std::string& reason);

class Settings {
 public:
  /// One setting.
  struct Entry {
    std::string key;  // section.name, or the name alone in the section ""
    std::string section;
    Setting setting;
    SettingField field;
  };

  /// Adds a section; `visit` walks over its fields. They must outlive this object and stay where they are.
  /// A section may be bound in several parts.
  void bind(std::string_view section, const std::function<void(SettingVisitor&)>& visit);

  /// The same for an options struct.
  template <class Options>
  void bind(std::string_view section, Options& options) requires requires(SettingVisitor& visitor) {
    options.visit(visitor);
  }
  {
    bind(section, [&](SettingVisitor& visitor) { options.visit(visitor); });
  }

  const std::vector<Entry>& entries() const { return entries_; }

  /// The entry of that key, or nullptr.
  const Entry* find(std::string_view key) const;

  /// Whether the other settings, as they stand, let this one mean something (Setting::needs).
  bool means_something(const Entry& entry) const;

  /// Whether the setting is part of what a run is: it means something and has a value.
  bool counts(const Entry& entry) const { return means_something(entry) && has_value(entry.field); }

  /// Gives settings their values, in order. Throws UsageError at an unknown key (with the nearest known one), a bad
  /// value (with what was expected) and a key given twice in one call.
  void apply(std::span<const Assignment> assignments) const;

  /// Throws UsageError at an assignment to a setting that means nothing beside the others as they stand.
  void expect_meaning(std::span<const Assignment> assignments) const;

  /// The nearest keys to one that is not there: "; did you mean …", or nothing.
  std::string suggestion(std::string_view key) const;

 private:
  // The text that decides whether an entry means something, or nullptr.
  const std::string* decisive_value(const Entry& entry) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;  // key -> place in entries_
};

}  // namespace tapehead
