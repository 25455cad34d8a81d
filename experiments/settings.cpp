#include "experiments/settings.hpp"

#include <stdexcept>

#include "experiments/near_names.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

class Collector final : public SettingVisitor {
 public:
  Collector(std::string_view section, std::vector<Settings::Entry>& into) : section_(section), into_(into) {}
  void operator()(const Setting& setting, bool& field) override { add(setting, &field); }
  void operator()(const Setting& setting, std::size_t& field) override { add(setting, &field); }
  void operator()(const Setting& setting, double& field) override { add(setting, &field); }
  void operator()(const Setting& setting, std::string& field) override { add(setting, &field); }

 private:
  void add(const Setting& setting, SettingField field) {
    const std::string prefix = section_.empty() ? "" : section_ + ".";
    into_.push_back({prefix + std::string(setting.name), section_, setting, field});
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

std::string Settings::suggestion(std::string_view key) const {
  std::vector<std::string> keys;
  keys.reserve(entries_.size());
  for (const Entry& entry : entries_) keys.push_back(entry.key);
  return did_you_mean(key, keys);
}

}  // namespace tapehead
