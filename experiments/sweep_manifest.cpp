#include "experiments/sweep_manifest.hpp"

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>

#include "framework/io/durable_file.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kToldRuns = 3;
constexpr const char* kHeading =
    "# The runs of a sweep: number, name, preset and settings of each.\n"
    "#   ./tapehead sweep DIRECTORY             trains those that are not finished\n"
    "#   ./tapehead sweep DIRECTORY --task 3    trains the third one only\n";

std::string word(const std::string& text) {
  if (!text.empty() && text.find_first_of(" \t\"\\#") == std::string::npos) return text;
  std::ostringstream quoted;
  quoted << std::quoted(text);
  return quoted.str();
}

std::string manifest_text(std::span<const SweepTask> tasks) {
  std::size_t name_width = 0, preset_width = 0;
  for (const SweepTask& task : tasks) {
    name_width = std::max(name_width, word(task.name).size());
    preset_width = std::max(preset_width, word(task.preset).size());
  }
  std::ostringstream text;
  text << kHeading << std::left;
  const auto width = [](std::size_t n) { return std::setw(static_cast<int>(n)); };
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    text << width(std::to_string(tasks.size()).size()) << i + 1 << "  " << width(name_width)
         << word(tasks[i].name) << "  " << width(preset_width) << word(tasks[i].preset) << " ";
    for (const Assignment& setting : tasks[i].settings)
      text << " " << word(setting.key + "=" + setting.value);
    text << "\n";
  }
  return text.str();
}

SweepTask read_line(const std::string& line, std::size_t number, const std::string& where) {
  std::istringstream words(line);
  std::size_t found = 0;
  SweepTask task;
  words >> found >> std::quoted(task.name) >> std::quoted(task.preset);
  if (!words) throw DataError(where + "expected number, name and preset of a run, got '" + line + "'");
  if (found != number) {
    throw DataError(where + "expected run " + std::to_string(number) + ", got " + std::to_string(found));
  }
  if (task.name.find('/') != std::string::npos || task.name.starts_with("."))
    throw DataError(where + "'" + task.name + "' is no name of a run");
  for (std::string setting; words >> std::quoted(setting);) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw DataError(where + "expected setting=value, got '" + setting + "'");
    task.settings.push_back({setting.substr(0, equals), setting.substr(equals + 1), ""});
  }
  return task;
}

// What a run is, whatever it is called: its preset and settings, each as one word.
using Identity = std::set<std::string>;

Identity identity(const SweepTask& task) {
  Identity words = {task.preset};
  for (const Assignment& setting : task.settings) words.insert(setting.key + "=" + setting.value);
  return words;
}

std::set<Identity> identities(std::span<const SweepTask> tasks) {
  std::set<Identity> all;
  for (const SweepTask& task : tasks) all.insert(identity(task));
  return all;
}

// The first few runs that only one side has, without what all runs of both have.
std::string only_in(const std::set<Identity>& one, const std::set<Identity>& other) {
  const auto everywhere = [&](const std::string& word) {
    const auto has = [&](const Identity& run) { return run.contains(word); };
    return std::ranges::all_of(one, has) && std::ranges::all_of(other, has);
  };
  std::string text;
  std::size_t missing = 0;
  for (const Identity& run : one) {
    if (other.contains(run) || ++missing > kToldRuns) continue;
    text += "\n   ";
    for (const std::string& word : run) text += everywhere(word) ? "" : " " + word;
  }
  return missing > kToldRuns ? text + "\n    and " + std::to_string(missing - kToldRuns) + " more" : text;
}

}  // namespace

fs::path manifest_path(const fs::path& directory) { return directory / "manifest"; }

void write_manifest(const fs::path& directory, std::span<const SweepTask> tasks) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw IoError(directory.string() + ": the directory cannot be made: " + error.message());
  const std::string text = manifest_text(tasks);
  write_whole(manifest_path(directory), std::as_bytes(std::span(text)));
}

std::vector<SweepTask> read_manifest(const fs::path& directory) {
  const fs::path path = manifest_path(directory);
  std::ifstream file(path);
  if (!file) throw IoError(path.string() + ": it cannot be read");
  std::vector<SweepTask> tasks;
  std::size_t line_number = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string where = path.string() + ":" + std::to_string(++line_number) + ": ";
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with("#")) continue;
    tasks.push_back(read_line(line, tasks.size() + 1, where));
    tasks.back().directory = directory / tasks.back().name;
  }
  if (tasks.empty()) throw DataError(path.string() + ": there is no run in it");
  return tasks;
}

bool begins_with(std::span<const SweepTask> there, std::span<const SweepTask> wanted) {
  return wanted.size() <= there.size() &&
         std::ranges::equal(wanted, there.first(wanted.size()), {}, identity, identity);
}

std::vector<SweepTask> with_new_runs(const fs::path& directory, std::span<const SweepTask> there,
                                     std::span<const SweepTask> wanted) {
  const auto old_runs = identities(there), new_runs = identities(wanted);
  if (const std::string old_ones = only_in(old_runs, new_runs); !old_ones.empty()) {
    const std::string new_ones = only_in(new_runs, old_runs);
    throw UsageError(directory.string() + ": another sweep is in it, of " + std::to_string(there.size()) +
                     " runs where this one has " + std::to_string(wanted.size()) +
                     "\n  only there:" + old_ones + (new_ones.empty() ? "" : "\n  only here:" + new_ones));
  }
  std::vector<SweepTask> all(there.begin(), there.end());
  for (const SweepTask& task : wanted) {
    if (old_runs.contains(identity(task))) continue;
    SweepTask added = task;
    const auto taken = [&](const SweepTask& other) { return other.name == added.name; };
    for (std::size_t n = all.size() + 1; std::ranges::any_of(all, taken); ++n) {
      added.name = "run-" + std::to_string(n);
    }
    added.directory = directory / added.name;
    all.push_back(std::move(added));
  }
  return all;
}

}  // namespace tapehead
