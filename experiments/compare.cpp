#include "experiments/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <set>

#include "experiments/progress.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_list.hpp"
#include "experiments/setting_value.hpp"
#include "experiments/text_table.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kSideBySide = 4;  // more runs are listed below each other
constexpr std::array kOwnColumns = {"loss", "error", "sequences", "wall_time"};

double last_number(const std::vector<double>& values) {
  const auto last =
      std::find_if(values.rbegin(), values.rend(), [](double value) { return !std::isnan(value); });
  return last == values.rend() ? kUnknown : *last;
}

std::string value_text(const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  if (const auto* const yes = std::get_if<bool>(&value)) return *yes ? "true" : "false";
  if (const auto* const number = std::get_if<double>(&value)) {
    double copy = *number;
    return format_value(&copy);
  }
  return std::to_string(std::get<std::int64_t>(value));
}

bool is_time_to_threshold(const std::string& name) { return name.ends_with("_to_threshold"); }

std::vector<RunMetric> metrics_of(const RunContents& contents) {
  const RunMetrics& found = contents.metrics;
  double step = 0, sequences = 0;
  for (const MetricsTable* const table : {&found.train, &found.eval}) {
    if (!table->step.empty()) step = std::max(step, static_cast<double>(table->step.back()));
    const MetricsColumn* const column = table->find("sequences");
    if (column != nullptr) sequences = std::fmax(sequences, last_number(column->values));
  }
  std::vector<RunMetric> metrics = {{"step", "1", step}, {"sequences", "1", sequences}};
  const bool over = contents.status == RunStatus::finished || contents.status == RunStatus::diverged;
  for (const SummaryScalar& scalar : found.summary) {
    const bool never = over && std::isnan(scalar.value) && is_time_to_threshold(scalar.column.name);
    metrics.push_back({scalar.column.name, scalar.column.units,
                       never ? std::numeric_limits<double>::infinity() : scalar.value});
  }
  for (const MetricsColumn& column : found.eval.columns) {
    if (std::ranges::find(kOwnColumns, column.column.name) != kOwnColumns.end()) continue;
    metrics.push_back({column.column.name, column.column.units, last_number(column.values)});
  }
  metrics.push_back({"wall_seconds", "s", found.wall_seconds});
  return metrics;
}

// Something to be read of each of several items, in rows or in columns.
struct Field {
  std::string title;
  std::function<std::string(std::size_t item)> cell;
};

void write_fields(std::ostream& out, const std::string& what, const std::vector<std::string>& items,
                  const std::vector<Field>& fields) {
  std::vector<TextColumn> columns = {{what}};
  std::vector<std::vector<std::string>> rows;
  if (items.size() <= kSideBySide) {
    for (const std::string& item : items) columns.push_back({item, Align::right});
    for (const Field& field : fields) {
      rows.push_back({field.title});
      for (std::size_t i = 0; i < items.size(); ++i) rows.back().push_back(field.cell(i));
    }
  } else {
    for (const Field& field : fields) columns.push_back({field.title, Align::right});
    for (std::size_t i = 0; i < items.size(); ++i) {
      rows.push_back({items[i]});
      for (const Field& field : fields) rows.back().push_back(field.cell(i));
    }
  }
  write_text_table(out, columns, rows);
}

// The runs by their directories' names, or by whole paths where two have the same.
std::vector<std::string> labels_of(std::span<const ComparedRun> runs) {
  std::vector<std::string> labels;
  std::set<std::string> different;
  for (const ComparedRun& run : runs) {
    labels.push_back(run.directory.filename().string());
    different.insert(labels.back());
  }
  for (std::size_t i = 0; i < runs.size() && different.size() < runs.size(); ++i)
    labels[i] = shown(runs[i].directory);
  return labels;
}

// All metrics that some run has a value of, but for counts of what never happened.
std::vector<RunMetric> shown_metrics(std::span<const ComparedRun> runs) {
  std::vector<RunMetric> all;
  for (const ComparedRun& run : runs) {
    for (const RunMetric& metric : run.metrics) {
      const bool nothing = std::isnan(metric.value) ||
                           (metric.value == 0 && metric.name == "skipped_updates") ||
                           (metric.value == 0 && metric.name == "rollbacks");
      if (!nothing && std::ranges::find(all, metric.name, &RunMetric::name) == all.end())
        all.push_back(metric);
    }
  }
  return all;
}

std::string number_text(const RunMetric& metric, double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return "never";
  if (metric.name == "wall_seconds") return clock_time(value);
  const bool count = metric.unit == "1" && value >= 0 && value == std::floor(value) && value < 1e15;
  return count ? grouped(static_cast<std::uint64_t>(value)) : short_number(value);
}

std::string title_of(const RunMetric& metric) {
  if (metric.name == "wall_seconds") return "wall time";
  return metric.name + (metric.unit == "1" ? "" : " (" + metric.unit + ")");
}

}  // namespace

std::string ComparedRun::setting(const std::string& key) const {
  const auto found = std::ranges::find(settings, key, &std::pair<std::string, std::string>::first);
  return found == settings.end() ? "" : found->second;
}

double ComparedRun::metric(const std::string& name) const {
  const auto found = std::ranges::find(metrics, name, &RunMetric::name);
  return found == metrics.end() ? kUnknown : found->value;
}

ComparedRun read_compared(const fs::path& path) {
  const RunReader run(path);
  ComparedRun compared{run.directory(), run.status(), {}, metrics_of(run.contents())};
  for (const Attribute& attribute : run.contents().info.config)
    compared.settings.emplace_back(attribute.name, value_text(attribute.value));
  return compared;
}

std::vector<fs::path> named_runs(std::span<const std::string> arguments) {
  std::vector<fs::path> runs;
  std::set<fs::path> known;
  const auto add = [&](const fs::path& run) {
    std::error_code error;
    if (known.insert(fs::weakly_canonical(run, error)).second) runs.push_back(run);
  };
  for (const std::string& argument : arguments) {
    const fs::path directory = find_run_directory(argument);
    if (fs::exists(directory / "run.h5")) {
      add(directory);
      continue;
    }
    std::vector<fs::path> below;
    for (const ListedRun& run : find_runs(directory)) {
      if (run.directory.extension() != ".bad" && fs::exists(run.directory / "run.h5"))
        below.push_back(run.directory);
    }
    if (below.empty()) throw DataError(argument + ": there is no run in it");
    std::ranges::sort(below);
    std::ranges::for_each(below, add);
  }
  return runs;
}

std::vector<std::string> differing_settings(std::span<const ComparedRun> runs) {
  std::vector<std::string> keys;
  for (const ComparedRun& run : runs) {
    for (const auto& [key, value] : run.settings) {
      const bool differs =
          std::ranges::any_of(runs, [&, &wanted = key, &mine = value](const ComparedRun& other) {
            return other.setting(wanted) != mine;
          });
      if (differs && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

CsvTable comparison_table(std::span<const ComparedRun> runs) {
  const std::vector<std::string> keys = differing_settings(runs);
  CsvTable table;
  for (const ComparedRun& run : runs) {
    std::vector<std::pair<std::string, std::string>> cells = {{"run", shown(run.directory)}};
    for (const std::string& key : keys) cells.emplace_back(key, run.setting(key));
    cells.emplace_back("status", run.status);
    for (const RunMetric& metric : shown_metrics(runs)) {
      cells.emplace_back(metric.name, csv_number(run.metric(metric.name)));
    }
    table.add(cells);
  }
  return table;
}

void write_comparison(std::ostream& out, std::span<const ComparedRun> runs) {
  std::vector<Field> settings, results = {{"status", [&](std::size_t i) { return runs[i].status; }}};
  for (const std::string& key : differing_settings(runs))
    settings.push_back({key, [runs, key](std::size_t i) { return runs[i].setting(key); }});
  for (const RunMetric& metric : shown_metrics(runs)) {
    results.push_back({title_of(metric), [runs, metric](std::size_t i) {
                         return number_text(metric, runs[i].metric(metric.name));
                       }});
  }
  const std::vector<std::string> labels = labels_of(runs);
  if (settings.empty()) {
    out << "all settings are the same\n\n";
  } else {
    write_fields(out, "settings", labels, settings);
    out << "\n";
  }
  write_fields(out, "results", labels, results);
}

}  // namespace tapehead
