#include "experiments/settings_hash.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "framework/io/sha256.hpp"

namespace tapehead {
namespace {

constexpr std::size_t kDigits = 16;

// Which other settings there are, and their defaults, follows from these.
constexpr std::array<std::string_view, 3> kChoices = {"model.name", "task.name", "training.optimizer"};

constexpr std::array<std::string_view, 6> kWithoutEffect = {
    "seed", "preset", "training.log_every", "training.checkpoint_every", "training.threshold", "task.data"};

bool among(std::span<const std::string_view> keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

}  // namespace

bool is_hashed(std::string_view key) { return !among(kWithoutEffect, key); }

std::string hashed_settings(const RunSettings& settings) {
  SettingsText choices;
  for (const std::string_view key : kChoices) {
    choices.assignments.push_back({std::string(key), format_value(settings.settings().find(key)->field), ""});
  }
  const RunSettings defaults("defaults", choices, {});
  std::map<std::string, std::string> lines;
  for (const Settings::Entry& entry : settings.settings().entries()) {
    if (!is_hashed(entry.key) || !settings.settings().counts(entry)) continue;
    const std::string value = format_value(entry.field);
    const Settings::Entry* const usual = defaults.settings().find(entry.key);
    const bool differs = usual == nullptr || !has_value(usual->field) || format_value(usual->field) != value;
    if (differs || among(kChoices, entry.key)) lines[entry.key] = value;
  }
  std::string text;
  for (const auto& [key, value] : lines) text += key + "=" + value + "\n";
  return text;
}

std::string settings_hash(const RunSettings& settings) {
  return sha256_hex(hashed_settings(settings)).substr(0, kDigits);
}

}  // namespace tapehead
