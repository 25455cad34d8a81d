// The settings files that come with the program: experiments/presets/<paper>/<name>.ini.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tapehead {

/// A file of settings by the name a user gives it.
struct Preset {
  std::string name;  // "ntm2014/copy-ntm-lstm"; of another file: its name without .ini
  std::filesystem::path path;
};

/// Where presets are.
std::filesystem::path presets_directory();

/// All presets below a directory, by name.
std::vector<Preset> list_presets(const std::filesystem::path& directory);

/// The preset of that name below `directory`, or, if the name ends in .ini, the file itself. Throws UsageError with
/// the near names if there is none.
Preset find_preset(const std::filesystem::path& directory, const std::string& name);

/// Whether a preset's name can stand in a path below the runs: letters, digits, '-', '_', '.' and single slashes,
/// no part of it beginning with a dot.
bool valid_preset_name(const std::string& name);

}  // namespace tapehead
