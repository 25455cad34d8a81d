#include "tasks/babi/story_files.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTasks = 20;

// The parts of "qa12_conjunction_train.txt" that matter: 12 and "train".
struct FileName {
  std::size_t number;
  std::string_view part;
};

std::optional<FileName> parse_file_name(std::string_view name) {
  constexpr std::string_view kFirst = "qa", kLast = ".txt";
  if (!name.starts_with(kFirst) || !name.ends_with(kLast)) return std::nullopt;
  name = name.substr(kFirst.size(), name.size() - kFirst.size() - kLast.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const std::size_t bar = name.rfind('_');
  if (error != std::errc() || end == name.data() + name.size() || *end != '_') return std::nullopt;
  return FileName{number, name.substr(bar + 1)};
}

void keep_only(std::optional<fs::path>& kept, const fs::path& found) {
  if (kept)
    throw UnavailableError("both " + kept->string() + " and " + found.string() + " are there: expected one");
  kept = found;
}

struct FoundFiles {
  std::optional<fs::path> train, test, validation;
};

FoundFiles find_files(const fs::path& directory, std::size_t number) {
  FoundFiles files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    const std::optional<FileName> parsed = parse_file_name(name);
    if (!parsed || parsed->number != number) continue;
    if (parsed->part == "train") keep_only(files.train, entry.path());
    if (parsed->part == "test") keep_only(files.test, entry.path());
    if (parsed->part == "valid") keep_only(files.validation, entry.path());
  }
  if (error) throw IoError(directory.string() + ": cannot be listed: " + error.message());
  return files;
}

constexpr std::string_view kHelp =
    ". The bAbI tasks, version 1.2, are described at https://research.facebook.com/downloads/babi/; the "
    "archive's folder\n"
    "tasks_1-20_v1-2/en is such a directory. Or make stories yourself: ./tapehead generate babi --out DIR";

}  // namespace

std::vector<fs::path> story_directories(const std::string& setting) {
  const char* const variable = std::getenv("TAPEHEAD_BABI");
  const bool named = !setting.empty();
  const std::string list = named ? setting : variable != nullptr ? variable : "";
  if (list.empty())
    throw UnavailableError("stories are needed: give their directory as --task.data=DIR or in TAPEHEAD_BABI" +
                           std::string(kHelp));
  std::error_code ignored;
  if (fs::is_directory(list, ignored)) return {list};  // also one with a colon in its name
  std::vector<fs::path> directories;
  for (std::string_view rest = list;;) {
    const std::size_t colon = rest.find(':');
    const fs::path& directory = directories.emplace_back(rest.substr(0, colon));
    if (!fs::is_directory(directory, ignored))
      throw UnavailableError((named ? "task.data: " : "TAPEHEAD_BABI: ") + directory.string() +
                             " is not a directory" + std::string(kHelp));
    if (colon == std::string_view::npos) return directories;
    rest.remove_prefix(colon + 1);
  }
}

std::string directory_list(const std::vector<fs::path>& directories) {
  std::string list;
  for (const fs::path& directory : directories) list += (list.empty() ? "" : ":") + directory.string();
  return list;
}

TaskFiles task_files(const std::vector<fs::path>& directories, std::size_t number) {
  std::optional<fs::path> train, test, validation;
  for (const fs::path& directory : directories) {
    const FoundFiles found = find_files(directory, number);
    if (!train) {
      train = found.train;
      if (train) validation = found.validation;
    }
    if (!test) test = found.test;
  }
  const auto need = [&](const std::optional<fs::path>& path, const std::string& part) {
    if (path) return *path;
    throw UnavailableError(
        directory_list(directories) + ": expected qa" + std::to_string(number) + "_NAME_" + part +
        ".txt: there is none; what one directory lacks may be in a second, DIR:DIR2" + std::string(kHelp));
  };
  return {need(train, "train"), need(test, "test"), validation};
}

std::vector<std::size_t> parse_task_numbers(std::string_view text, std::string_view setting) {
  const auto refuse = [&] {
    throw UsageError(std::string(setting) +
                     ": expected numbers from 1 to 20 such as 1, 2,19 or 1..5, or all, got '" +
                     std::string(text) + "'");
  };
  std::vector<std::size_t> numbers;
  const auto add = [&](std::size_t first, std::size_t last) {
    if (first < 1 || last > kTasks || first > last) refuse();
    for (std::size_t n = first; n <= last; ++n) numbers.push_back(n);
  };
  const auto number = [&](std::string_view part) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size()) refuse();
    return value;
  };
  if (text == "all") {
    add(1, kTasks);
    return numbers;
  }
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const std::size_t dots = part.find("..");
    if (dots == std::string_view::npos) {
      add(number(part), number(part));
    } else {
      add(number(part.substr(0, dots)), number(part.substr(dots + 2)));
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
