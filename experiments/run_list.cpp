#include "experiments/run_list.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <ostream>
#include <system_error>

#include "experiments/loss_names.hpp"
#include "experiments/progress.hpp"
#include "experiments/run_directory.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/utf8.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

// Also one that has no run.h5 yet, or none any more.
bool is_run(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / "run.h5", error) || !list_checkpoints(directory).empty() ||
         fs::exists(best_checkpoint_path(directory), error) ||
         (fs::exists(directory / "lock", error) && fs::exists(directory / "settings.ini", error));
}

// s since 1970; 0 if there is no such file.
double time_of(const fs::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return 0;
  return static_cast<double>(file.st_mtim.tv_sec) + 1e-9 * static_cast<double>(file.st_mtim.tv_nsec);
}

double last_written(const RunReader& run) {
  const double end = run.contents().end_unix_time;
  if (!std::isnan(end)) return end;
  // A killed run's file becomes ordinary when something is added to it, which is not the run's own writing.
  const double log = time_of(run.directory() / "log.txt");
  return run.ordinary() && log > 0 ? log : time_of(run.file());
}

void read_last(const MetricsTable& table, ListedRun& into) {
  if (!table.step.empty()) into.step = std::max(into.step.value_or(0), table.step.back());
}

void read_loss(const MetricsTable& evaluations, ListedRun& into) {
  const MetricsColumn* const loss = evaluations.find("loss");
  if (loss == nullptr) return;
  into.unit = loss->column.units;
  // Rows of later evaluations have none.
  const auto last =
      std::find_if(loss->values.rbegin(), loss->values.rend(), [](double v) { return !std::isnan(v); });
  if (last != loss->values.rend()) into.loss = *last;
}

// A text out of a file that may be damaged, or the name of a file, fit to be shown.
std::string printable(std::string text) {
  const bool valid = valid_utf8(text);
  std::ranges::replace_if(
      text,
      [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !valid);
      },
      '?');
  return text;
}

template <class T>
std::optional<T> setting(const RunContents& contents, const char* name) {
  const AttributeValue* value = find_attribute(contents.info.config, name);
  if (value == nullptr) value = find_attribute(contents.info.provenance, name);
  const T* const typed = value == nullptr ? nullptr : std::get_if<T>(value);
  return typed == nullptr ? std::nullopt : std::optional<T>(*typed);
}

void read_run(ListedRun& into) {
  const RunReader run(into.directory);
  into.status = run.status();
  into.preset = setting<std::string>(run.contents(), "preset").value_or("");
  into.seed = setting<std::int64_t>(run.contents(), "seed");
  read_last(run.contents().metrics.train, into);
  read_last(run.contents().metrics.eval, into);
  read_loss(run.contents().metrics.eval, into);
  into.last_written = last_written(run);
}

ListedRun listed(const fs::path& directory) {
  ListedRun run;
  run.directory = directory;
  run.last_written = std::max(time_of(directory / "run.h5"), time_of(directory / "log.txt"));
  if (run.last_written == 0) run.last_written = time_of(directory);
  try {
    read_run(run);
  } catch (const DataError& error) {
    const bool begins = !fs::exists(directory / "run.h5") && RunLock::held(directory);
    run.status = begins ? "running" : "damaged";
    if (!begins) run.reason = error.what();
  } catch (const IoError& error) {
    run.status = "unreadable";
    run.reason = error.what();
  }
  return run;
}

// Characters, which most terminals show one column wide.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

enum Field { kStatus, kAge, kPreset, kSeed, kStep, kLoss, kRun, kFields };
using Row = std::array<std::string, kFields>;
constexpr std::array<bool, kFields> kRightAligned = {false, true, false, true, true, true, false};
constexpr std::size_t kGap = 2;

Row row_of(const ListedRun& run, double now) {
  Row row;
  row.fill("-");
  row[kStatus] = run.status;
  row[kAge] = age_text(now - run.last_written);
  if (!run.preset.empty()) row[kPreset] = printable(run.preset);
  if (run.seed) row[kSeed] = std::to_string(*run.seed);
  if (run.step) row[kStep] = grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, *run.step)));
  if (!std::isnan(run.loss)) row[kLoss] = with_unit(short_number(run.loss), printable(run.unit));
  row[kRun] = printable(shown(run.directory));
  return row;
}

void write_row(std::ostream& out, const Row& row, const std::array<std::size_t, kFields>& widths) {
  std::string line;
  for (std::size_t field = 0; field < kFields; ++field) {
    if (widths[field] == 0) continue;
    const std::string space(widths[field] - std::min(widths[field], width(row[field])), ' ');
    if (kRightAligned[field]) line += space;
    line += row[field];
    if (field == kRun) break;
    if (!kRightAligned[field]) line += space;
    line += std::string(kGap, ' ');
  }
  out << line << "\n";
}

std::string json_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string json_number(double number) {
  if (!std::isfinite(number)) return "null";
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.17g", number);
  return text.data();
}

std::string json_time(double seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text;
  return json_text({text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)});
}

}  // namespace

std::vector<ListedRun> find_runs(const fs::path& below) {
  std::vector<ListedRun> runs;
  if (is_run(below)) runs.push_back(listed(below));
  std::error_code error;
  fs::directory_iterator(below, error);
  if (error) throw IoError(below.string() + ": it cannot be looked through: " + error.message());
  auto entry = fs::recursive_directory_iterator(below, fs::directory_options::skip_permission_denied, error);
  for (; runs.empty() || runs.front().directory != below; entry.increment(error)) {
    if (error || entry == fs::recursive_directory_iterator()) break;
    if (!entry->is_directory(error) || !is_run(entry->path())) continue;
    runs.push_back(listed(entry->path()));
    entry.disable_recursion_pending();
  }
  std::ranges::stable_sort(runs, {},
                           [](const ListedRun& run) { return std::pair(run.last_written, run.directory); });
  return runs;
}

std::string age_text(double seconds) {
  constexpr double kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto in = [&](double unit, const char* name) {
    return std::to_string(static_cast<long long>(std::max(0.0, seconds) / unit)) + name;
  };
  if (seconds < kMinute) return in(1, " s");
  if (seconds < kHour) return in(kMinute, " min");
  return seconds < kDay ? in(kHour, " h") : in(kDay, " d");
}

void write_run_table(std::ostream& out, const std::vector<ListedRun>& runs, double now, std::size_t columns) {
  std::vector<Row> rows = {{"status", "age", "preset", "seed", "step", "loss", "run"}};
  for (const ListedRun& run : runs) rows.push_back(row_of(run, now));
  std::array<std::size_t, kFields> widths{};
  for (const Row& row : rows) {
    for (std::size_t field = 0; field < kFields; ++field)
      widths[field] = std::max(widths[field], width(row[field]));
  }
  for (const Field spare : {kPreset, kSeed}) {
    std::size_t total = 0;
    for (const std::size_t one : widths) total += one == 0 ? 0 : one + kGap;
    if (total - kGap > columns) widths[spare] = 0;
  }
  for (const Row& row : rows) write_row(out, row, widths);
}

void write_run_json(std::ostream& out, const std::vector<ListedRun>& runs) {
  const auto integer = [](const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : "null"; };
  out << "[";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ListedRun& run = runs[i];
    out << (i == 0 ? "\n" : ",\n") << "  {\"run\": " << json_text(shown(run.directory))
        << ", \"preset\": " << (run.preset.empty() ? "null" : json_text(run.preset))
        << ", \"seed\": " << integer(run.seed) << ", \"step\": " << integer(run.step)
        << ", \"loss\": " << json_number(run.loss)
        << ", \"unit\": " << (run.unit.empty() ? "null" : json_text(run.unit))
        << ", \"status\": " << json_text(run.status) << ", \"last_written\": " << json_time(run.last_written)
        << "}";
  }
  out << (runs.empty() ? "]\n" : "\n]\n");
}

}  // namespace tapehead
