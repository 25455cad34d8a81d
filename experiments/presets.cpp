#include "experiments/presets.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

#include "experiments/near_names.hpp"
#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".ini";

bool name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
}

// A file's name as that of a preset.
std::string stem_name(const fs::path& path) {
  std::string name = path.stem().string();
  std::ranges::replace_if(
      name, [](char c) { return !name_character(c) || c == '/'; }, '-');
  return name.starts_with(".") || name.empty() ? "settings" + name : name;
}

}  // namespace

fs::path presets_directory() { return source_directory() / "experiments" / "presets"; }

std::vector<Preset> list_presets(const fs::path& directory) {
  std::vector<Preset> presets;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != kSuffix) continue;
    const fs::path relative = entry->path().lexically_relative(directory);
    presets.push_back({(relative.parent_path() / relative.stem()).generic_string(), entry->path()});
  }
  if (error) throw IoError(directory.string() + ": presets cannot be listed: " + error.message());
  std::ranges::sort(presets, {}, &Preset::name);
  return presets;
}

Preset find_preset(const fs::path& directory, const std::string& name) {
  if (name.ends_with(kSuffix)) return {stem_name(name), name};
  const std::vector<Preset> presets = list_presets(directory);
  const auto found = std::ranges::find(presets, name, &Preset::name);
  if (found != presets.end()) return *found;
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.push_back(preset.name);
  const std::string near = did_you_mean(name, names, 3);
  const std::string hint = near.empty() ? "; './tapehead list presets' names them all" : near;
  throw UsageError("there is no preset '" + name + "'" + hint);
}

bool valid_preset_name(const std::string& name) {
  if (name.empty() || name.ends_with("/") || !std::ranges::all_of(name, name_character)) return false;
  char before = '/';
  for (const char c : name) {
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return name.size() < 200;
}

}  // namespace tapehead
