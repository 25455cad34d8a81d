#include "experiments/sweep_grid.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

#include "experiments/presets.hpp"
#include "experiments/sweep_task.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRuns = 10'000;
constexpr std::size_t kLongestName = 100;  // characters
constexpr std::string_view kRange = "..";

[[noreturn]] void refuse_part(const std::string& argument, const std::string& reason) {
  throw UsageError("'" + argument + "': " + reason);
}

std::size_t whole_number(const std::string& argument, std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    refuse_part(argument, "a range has two whole numbers, as 1..10, got '" + std::string(text) + "'");
  return number;
}

void add_range(const std::string& argument, std::string_view text, std::size_t dots,
               std::vector<std::string>& values) {
  const std::size_t first = whole_number(argument, text.substr(0, dots));
  const std::size_t last = whole_number(argument, text.substr(dots + kRange.size()));
  if (first > last) refuse_part(argument, "the range '" + std::string(text) + "' is empty");
  if (last - first >= kMostRuns) refuse_part(argument, "more than ten thousand values");
  for (std::size_t n = first; n <= last; ++n) values.push_back(std::to_string(n));
}

SweptSetting parse_setting(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos || equals == 0)
    refuse_part(argument, "expected a setting and its values, as memory.slots=32,128 or seed=1..10");
  SweptSetting setting{argument.substr(0, equals), {}};
  const std::string_view list = std::string_view(argument).substr(equals + 1);
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string_view text = list.substr(begin, end - begin);
    if (text.empty()) refuse_part(argument, "a value is missing");
    const std::size_t dots = text.find(kRange);
    if (dots == std::string_view::npos) {
      setting.values.emplace_back(text);
    } else {
      add_range(argument, text, dots, setting.values);
    }
    begin = end + 1;
  }
  const std::set<std::string> different(setting.values.begin(), setting.values.end());
  if (different.size() != setting.values.size()) refuse_part(argument, "a value comes twice");
  return setting;
}

// A value fit for a file's name.
std::string in_name(std::string text) {
  std::ranges::replace_if(
      text,
      [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-' && c != '_' &&
               c != '+';
      },
      '_');
  return text;
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// The names in place, from what varies; numbers where that is too long or leaves two alike.
void name_tasks(std::vector<SweepTask>& tasks, const std::string& preset) {
  const std::string base = fs::path(find_preset(presets_directory(), preset).name).filename().string();
  const std::vector<std::string> varying = varying_keys(tasks);
  const auto twice = [&](const std::string& key) {
    return std::ranges::count(varying, last_part(key), last_part) > 1;
  };
  std::set<std::string> names;
  for (SweepTask& task : tasks) {
    task.name = base;
    for (const std::string& key : varying) {
      if (key != "seed")
        task.name += "-" + (twice(key) ? key : last_part(key)) + "=" + in_name(value_in(task, key));
    }
    const std::string seed = value_in(task, "seed");
    if (!seed.empty()) task.name += "-s" + in_name(seed);
    names.insert(task.name);
  }
  const bool fit = names.size() == tasks.size() && std::ranges::all_of(names, [](const std::string& name) {
                     return name.size() <= kLongestName;
                   });
  for (std::size_t i = 0; i < tasks.size() && !fit; ++i) tasks[i].name = "run-" + std::to_string(i + 1);
}

}  // namespace

std::vector<SweptSetting> parse_grid(std::span<const std::string> arguments) {
  std::vector<SweptSetting> grid;
  for (const std::string& argument : arguments) {
    SweptSetting setting = parse_setting(argument);
    if (std::ranges::find(grid, setting.key, &SweptSetting::key) != grid.end())
      refuse_part(argument, "'" + setting.key + "' is listed before");
    grid.push_back(std::move(setting));
  }
  return grid;
}

std::vector<SweepTask> grid_tasks(const std::string& preset, std::span<const Assignment> fixed,
                                  std::span<const SweptSetting> grid, const fs::path& directory) {
  for (const Assignment& setting : fixed) {
    if (std::ranges::find(grid, setting.key, &SweptSetting::key) != grid.end())
      throw UsageError("setting '" + setting.key + "' is given for all runs and listed as well");
  }
  const std::string named =
      preset.ends_with(".ini") ? fs::absolute(preset).lexically_normal().string() : preset;
  std::vector<SweepTask> tasks = {{"", named, {fixed.begin(), fixed.end()}, {}}};
  for (const SweptSetting& setting : grid) {
    if (tasks.size() * setting.values.size() > kMostRuns) throw UsageError("more than ten thousand runs");
    std::vector<SweepTask> more;
    for (const SweepTask& task : tasks) {
      for (const std::string& value : setting.values) {
        more.push_back(task);
        more.back().settings.push_back({setting.key, value, ""});
      }
    }
    tasks = std::move(more);
  }
  name_tasks(tasks, preset);
  for (SweepTask& task : tasks) task.directory = directory / task.name;
  return tasks;
}

void expect_valid(std::span<const SweepTask> tasks) {
  std::map<std::string, std::string> known;  // settings of a run -> its name
  std::set<std::string> built;               // without the seed, which no model is refused for
  for (const SweepTask& task : tasks) {
    const PlannedTask planned(task);
    const auto [same, is_new] = known.emplace(planned.settings().text(), task.name);
    if (!is_new) throw UsageError(same->second + " and " + task.name + " are the same run");
    std::string others = task.preset;
    for (const Assignment& setting : task.settings) {
      if (setting.key != "seed") others += "\n" + setting.key + "=" + setting.value;
    }
    if (!built.insert(others).second) continue;
    try {
      planned.settings().make_model(*planned.settings().make_task());
    } catch (const UsageError& error) {
      throw UsageError(task.name + ": " + error.what());
    }
  }
}

std::vector<std::string> varying_keys(std::span<const SweepTask> tasks) {
  std::vector<std::string> keys = {"preset"};
  for (const SweepTask& task : tasks) {
    for (const Assignment& setting : task.settings) {
      if (std::ranges::find(keys, setting.key) == keys.end()) keys.push_back(setting.key);
    }
  }
  std::erase_if(keys, [&](const std::string& key) {
    return std::ranges::all_of(
        tasks, [&](const SweepTask& task) { return value_in(task, key) == value_in(tasks[0], key); });
  });
  return keys;
}

std::string value_in(const SweepTask& task, const std::string& key) {
  if (key == "preset") return task.preset;
  const auto found = std::ranges::find(task.settings, key, &Assignment::key);
  return found == task.settings.end() ? "" : found->value;
}

}  // namespace tapehead
