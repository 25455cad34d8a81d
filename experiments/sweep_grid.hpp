// The runs of a sweep from what a user lists: every combination of the values of some settings.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "experiments/sweep.hpp"

namespace tapehead {

/// A setting and the values it takes in turn.
struct SweptSetting {
  std::string key;
  std::vector<std::string> values;
};

/// Reads "memory.slots=32,128" and "seed=1..10,20": values separated by commas, ranges of whole numbers with both ends.
/// Throws UsageError at anything else, at a value that comes twice in an argument and at a key in two of them.
std::vector<SweptSetting> parse_grid(std::span<const std::string> arguments);

/// One task per combination, the setting listed last changing fastest, with the settings `fixed` in all of them. Their
/// names are the preset's, with what varies behind it: "copy-ntm-lstm-slots=32-s3". The directories are below
/// `directory`. An .ini file is named by its absolute path. Throws UsageError if there are more than 10,000, or if a key
/// is both fixed and swept.
std::vector<SweepTask> grid_tasks(const std::string& preset, std::span<const Assignment> fixed,
                                  std::span<const SweptSetting> grid, const std::filesystem::path& directory);

/// Throws UsageError if a task's settings make no run, as `train` would say it, or two tasks are the same run.
void expect_valid(std::span<const SweepTask> tasks);

/// The keys whose values differ among the tasks, in the order in which the tasks give them; "preset" first, if there are
/// several.
std::vector<std::string> varying_keys(std::span<const SweepTask> tasks);

/// What a task gives a setting; the preset's name for "preset"; "" if it says nothing.
std::string value_in(const SweepTask& task, const std::string& key);

}  // namespace tapehead
