// Groups of runs: statistics over those that differ in other settings, mostly the seed.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>

#include "experiments/compare.hpp"
#include "experiments/near_names.hpp"
#include "experiments/progress.hpp"
#include "experiments/statistics.hpp"
#include "experiments/text_table.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

struct Group {
  std::vector<std::string> values;  // of the keys
  std::vector<const ComparedRun*> runs;

  std::size_t count(const std::function<bool(const std::string&)>& status) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(runs, [&](const ComparedRun* run) { return status(run->status); }));
  }
  std::size_t finished() const {
    return count([](const std::string& status) { return status == "finished"; });
  }
  std::size_t diverged() const {
    return count([](const std::string& status) { return status == "diverged"; });
  }
};

// "32" before "128".
bool before(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  const bool numbers = !a.empty() && !b.empty() && *end_a == '\0' && *end_b == '\0';
  return numbers && x != y ? x < y : a < b;
}

std::vector<Group> groups_of(std::span<const ComparedRun> runs, std::span<const std::string> keys) {
  std::set<std::string> known;
  for (const ComparedRun& run : runs) {
    for (const auto& setting : run.settings) known.insert(setting.first);
  }
  for (const std::string& key : keys) {
    if (known.contains(key)) continue;
    throw UsageError("--group-by: no run has a setting '" + key + "'" +
                     did_you_mean(key, std::vector<std::string>(known.begin(), known.end())));
  }
  std::vector<Group> groups;
  for (const ComparedRun& run : runs) {
    std::vector<std::string> values;
    for (const std::string& key : keys) values.push_back(run.setting(key));
    auto found = std::ranges::find(groups, values, &Group::values);
    if (found == groups.end()) found = groups.insert(groups.end(), {values, {}});
    found->runs.push_back(&run);
  }
  std::ranges::sort(groups, [](const Group& a, const Group& b) {
    return std::ranges::lexicographical_compare(a.values, b.values, before);
  });
  return groups;
}

// The settings but for the seed in which runs of one group differ.
std::vector<std::string> mixed_settings(std::span<const Group> groups) {
  std::vector<std::string> mixed;
  for (const Group& group : groups) {
    std::vector<ComparedRun> runs;
    for (const ComparedRun* const run : group.runs) runs.push_back(*run);
    for (const std::string& key : differing_settings(runs)) {
      if (key != "seed" && std::ranges::find(mixed, key) == mixed.end()) mixed.push_back(key);
    }
  }
  return mixed;
}

// The names of what there are statistics of, with their units.
std::vector<RunMetric> summed_up(std::span<const ComparedRun> runs) {
  const std::set<std::string> left_out = {"step",
                                          "sequences",
                                          "steps_to_threshold",
                                          "skipped_updates",
                                          "rollbacks",
                                          "last_not_finite_step",
                                          "diverged_step"};
  std::vector<RunMetric> metrics;
  for (const ComparedRun& run : runs) {
    for (const RunMetric& metric : run.metrics) {
      if (left_out.contains(metric.name) || std::isnan(metric.value)) continue;
      if (std::ranges::find(metrics, metric.name, &RunMetric::name) == metrics.end())
        metrics.push_back(metric);
    }
  }
  return metrics;
}

std::vector<double> values_of(const Group& group, const std::string& metric) {
  std::vector<double> values;
  for (const ComparedRun* const run : group.runs) {
    const bool counts =
        run->status == "finished" || (run->status == "diverged" && metric.ends_with("_to_threshold"));
    const double value = run->metric(metric);
    if (counts && !std::isnan(value)) values.push_back(value);
  }
  return values;
}

std::string number_text(const RunMetric& metric, double value) {
  if (std::isinf(value)) return "never";
  if (metric.name == "wall_seconds") return clock_time(value);
  if (metric.name == "sequences_to_threshold")
    return grouped(static_cast<std::uint64_t>(std::llround(value)));
  return short_number(value);
}

std::string cell_text(const Group& group, const RunMetric& metric) {
  const std::vector<double> values = values_of(group, metric.name);
  if (values.empty()) return "";
  const Spread found = spread(values);
  std::string text = number_text(metric, found.median) + " [" + number_text(metric, found.lower_quartile) +
                     ", " + number_text(metric, found.upper_quartile) + "]";
  if (values.size() != group.finished()) text += " of " + std::to_string(values.size());
  return text;
}

}  // namespace

CsvTable grouped_table(std::span<const ComparedRun> runs, std::span<const std::string> keys) {
  CsvTable table;
  const std::vector<RunMetric> metrics = summed_up(runs);
  for (const Group& group : groups_of(runs, keys)) {
    std::vector<std::pair<std::string, std::string>> cells;
    for (std::size_t i = 0; i < keys.size(); ++i) cells.emplace_back(keys[i], group.values[i]);
    const std::size_t finished = group.finished(), diverged = group.diverged();
    cells.emplace_back("n", std::to_string(finished));
    cells.emplace_back("diverged", std::to_string(diverged));
    cells.emplace_back("unfinished", std::to_string(group.runs.size() - finished - diverged));
    for (const RunMetric& metric : metrics) {
      const std::vector<double> values = values_of(group, metric.name);
      const Spread found = spread(values);
      const bool any = !values.empty();
      const double nothing = found.median;  // NaN then
      const std::pair<const char*, double> numbers[] = {{"_median", found.median},
                                                        {"_q1", found.lower_quartile},
                                                        {"_q3", found.upper_quartile},
                                                        {"_min", any ? std::ranges::min(values) : nothing},
                                                        {"_max", any ? std::ranges::max(values) : nothing}};
      for (const auto& [name, value] : numbers) cells.emplace_back(metric.name + name, csv_number(value));
      cells.emplace_back(metric.name + "_n", std::to_string(values.size()));
    }
    table.add(cells);
  }
  return table;
}

void write_groups(std::ostream& out, std::span<const ComparedRun> runs, std::span<const std::string> keys) {
  const std::vector<Group> groups = groups_of(runs, keys);
  std::vector<TextColumn> columns = {{""}};
  std::vector<std::vector<std::string>> rows;
  for (std::size_t g = 0; g < groups.size(); ++g) columns.push_back({"", Align::right});
  const auto add_row = [&](const std::string& title, const std::function<std::string(const Group&)>& cell) {
    rows.push_back({title});
    for (const Group& group : groups) rows.back().push_back(cell(group));
  };
  columns.front().title = keys.front();
  for (std::size_t g = 0; g < groups.size(); ++g) columns[g + 1].title = groups[g].values.front();
  for (std::size_t k = 1; k < keys.size(); ++k)
    add_row(keys[k], [k](const Group& group) { return group.values[k]; });
  add_row("n", [](const Group& group) { return std::to_string(group.finished()); });
  const auto some = [&](auto count) {
    return std::ranges::any_of(groups, [&](const Group& g) { return count(g) > 0; });
  };
  const auto diverged = [](const Group& group) { return group.diverged(); };
  const auto unfinished = [](const Group& group) {
    return group.runs.size() - group.finished() - group.diverged();
  };
  if (some(diverged))
    add_row("diverged", [&](const Group& group) { return std::to_string(diverged(group)); });
  if (some(unfinished))
    add_row("unfinished", [&](const Group& group) { return std::to_string(unfinished(group)); });
  for (const RunMetric& metric : summed_up(runs)) {
    const bool plain = metric.unit == "1" || metric.name == "wall_seconds";
    add_row(
        metric.name == "wall_seconds" ? "wall time" : metric.name + (plain ? "" : " (" + metric.unit + ")"),
        [&](const Group& group) { return cell_text(group, metric); });
  }
  write_text_table(out, columns, rows);
  out << "\nmedian [lower quartile, upper quartile] over the finished runs of a group\n";
  const std::vector<std::string> mixed = mixed_settings(groups);
  if (mixed.empty()) return;
  out << "runs of one group differ in more than the seed:";
  for (const std::string& key : mixed) out << " " << key;
  out << "\n";
}

}  // namespace tapehead
