#include "experiments/settings.hpp"

#include <algorithm>
#include <stdexcept>

#include "experiments/near_names.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

std::string key_of(const std::string& section, std::string_view name) {
  return (section.empty() ? "" : section + ".") + std::string(name);
}

class Collector final : public SettingVisitor {
 public:
  Collector(std::string_view section, std::vector<Settings::Entry>& into) : section_(section), into_(into) {}
  void operator()(const Setting& setting, bool& field) override { add(setting, &field); }
  void operator()(const Setting& setting, std::size_t& field) override { add(setting, &field); }
  void operator()(const Setting& setting, double& field) override { add(setting, &field); }
  void operator()(const Setting& setting, std::string& field) override { add(setting, &field); }

 private:
  void add(const Setting& setting, SettingField field) {
    into_.push_back({key_of(section_, setting.name), section_, setting, field});
  }

  std::string section_;
  std::vector<Settings::Entry>& into_;
};

}  // namespace

void refuse(const Assignment& assignment, const std::string& reason) {
  throw UsageError(assignment.origin.empty() ? reason : assignment.origin + ": " + reason);
}

void Settings::bind(std::string_view section, const std::function<void(SettingVisitor&)>& visit) {
  const std::size_t first = entries_.size();
  Collector collector(section, entries_);
  visit(collector);
  for (std::size_t i = first; i < entries_.size(); ++i) {
    if (!index_.emplace(entries_[i].key, i).second) {
      throw std::logic_error("two settings are named '" + entries_[i].key + "'");
    }
  }
}

const Settings::Entry* Settings::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

void Settings::apply(std::span<const Assignment> assignments) const {
  std::map<std::string_view, const Assignment*> given;
  for (const Assignment& assignment : assignments) {
    const Entry* const entry = find(assignment.key);
    if (entry == nullptr) {
      refuse(assignment, "unknown setting '" + assignment.key + "'" + suggestion(assignment.key));
    }
    if (const auto [first, fresh] = given.emplace(assignment.key, &assignment); !fresh) {
      const std::string& place = first->second->origin;
      refuse(assignment, "setting '" + assignment.key + "' is given twice" +
                             (place.empty() ? "" : "; the first time at " + place));
    }
    try {
      parse_value(entry->setting, assignment.value, entry->field);
    } catch (const UsageError& error) {
      refuse(assignment, "setting '" + assignment.key + "': " + error.what());
    }
  }
}

const std::string* Settings::decisive_value(const Entry& entry) const {
  if (entry.setting.needs.name.empty()) return nullptr;
  const std::string key = key_of(entry.section, entry.setting.needs.name);
  const Entry* const decisive = find(key);
  if (decisive == nullptr || !std::holds_alternative<std::string*>(decisive->field)) {
    throw std::logic_error("setting '" + entry.key + "' needs '" + key + "', which is no text setting");
  }
  return std::get<std::string*>(decisive->field);
}

bool Settings::means_something(const Entry& entry) const {
  const std::string* const value = decisive_value(entry);
  return value == nullptr ||
         std::ranges::find(entry.setting.needs.values, *value) != entry.setting.needs.values.end();
}

void Settings::expect_meaning(std::span<const Assignment> assignments) const {
  for (const Assignment& assignment : assignments) {
    const Entry* const entry = find(assignment.key);
    if (entry == nullptr || means_something(*entry)) continue;
    refuse(assignment, "setting '" + assignment.key + "' has no effect with " +
                           key_of(entry->section, entry->setting.needs.name) + " = " +
                           *decisive_value(*entry));
  }
}

std::string Settings::suggestion(std::string_view key) const {
  std::vector<std::string> keys;
  keys.reserve(entries_.size());
  for (const Entry& entry : entries_) keys.push_back(entry.key);
  return did_you_mean(key, keys);
}

}  // namespace tapehead
