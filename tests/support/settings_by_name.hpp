// Walks over the settings of anything that names them, collects the names, and sets those it is told to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/tensor/setting.hpp"

namespace tapehead::testing {

class SettingsByName final : public SettingVisitor {
 public:
  /// The value, as text, that a setting of this name gets; a name that nothing has is left alone.
  void set(const std::string& name, const std::string& value) { values_[name] = value; }

  /// Names of all settings walked over.
  const std::vector<std::string>& names() const { return names_; }

  void operator()(const Setting& setting, bool& value) override {
    if (const std::string* text = given(setting)) value = *text == "true";
  }
  void operator()(const Setting& setting, std::size_t& value) override {
    if (const std::string* text = given(setting)) value = std::stoul(*text);
  }
  void operator()(const Setting& setting, double& value) override {
    if (const std::string* text = given(setting)) value = std::stod(*text);
  }
  void operator()(const Setting& setting, std::string& value) override {
    if (const std::string* text = given(setting)) value = *text;
  }

 private:
  const std::string* given(const Setting& setting) {
    names_.emplace_back(setting.name);
    const auto found = values_.find(names_.back());
    return found != values_.end() ? &found->second : nullptr;
  }

  std::map<std::string, std::string> values_;
  std::vector<std::string> names_;
};

}  // namespace tapehead::testing
