#include "framework/io/starting_run.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/schema.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

std::vector<SummaryScalar> empty_summary(const std::vector<Column>& columns) {
  std::vector<SummaryScalar> summary;
  for (const Column& column : columns) summary.push_back({.column = column});
  return summary;
}

RunContents starting_contents(const RunDescription& description) {
  return {.info = description.info,
          .metrics = {.train = MetricsTable::with(description.train),
                      .eval = MetricsTable::with(description.eval),
                      .summary = empty_summary(description.summary)}};
}

/// What others added to a table (evaluations of other lengths): the columns that the run does not write itself, in
/// the rows that have any. The run's own are in the checkpoint in full.
MetricsTable additions_to(MetricsTable table, const std::vector<Column>& own) {
  std::erase_if(table.columns, [&](const MetricsColumn& column) {
    return std::ranges::find(own, column.column.name, &Column::name) != own.end();
  });
  MetricsTable added;
  for (std::size_t row = 0; row < table.step.size(); ++row) {
    for (const MetricsColumn& column : table.columns) {
      if (std::isnan(column.values[row])) continue;
      const std::size_t at = added.row(table.step[row]);
      added.values(column.column)[at] = column.values[row];
    }
  }
  return added;
}

/// The probes of the old file up to a step.
std::vector<ProbeTraces> earlier_probes(const RunReader& old, std::int64_t step,
                                        std::vector<std::string>& warnings) {
  std::vector<ProbeTraces> probes;
  for (const std::string& name : old.probes()) {
    try {
      ProbeTraces probe{.name = name, .traces = old.traces(name)};
      if (probe.traces.cut_after(step)) probes.push_back(std::move(probe));
    } catch (const DataError& error) {
      warnings.push_back("trace '" + name + "' is lost: " + error.what());
    }
  }
  return probes;
}

std::vector<std::byte> additions_in(const RunReader& old, std::vector<std::string>& warnings) {
  try {
    return old.additions();
  } catch (const DataError& error) {
    warnings.push_back(std::string("what was added to run.h5 is lost: ") + error.what());
    return {};
  }
}

void fill_summary(std::vector<SummaryScalar>& summary, const std::vector<SummaryScalar>& from) {
  for (const SummaryScalar& scalar : from) {
    const auto same = std::find_if(summary.begin(), summary.end(), [&](const SummaryScalar& own) {
      return own.column.name == scalar.column.name;
    });
    same != summary.end() ? static_cast<void>(same->value = scalar.value) : summary.push_back(scalar);
  }
}

}  // namespace

StartingRun new_run(const RunDescription& description) {
  return {.contents = starting_contents(description)};
}

StartingRun resumed_run(const std::filesystem::path& run_directory, const RunDescription& description,
                        const RunMetrics& metrics, std::int64_t step, std::vector<std::string>& warnings) {
  StartingRun start = new_run(description);
  RunMetrics& into = start.contents.metrics;
  into.wall_seconds = metrics.wall_seconds;
  into.train.fill_from(metrics.train);
  into.eval.fill_from(metrics.eval);
  fill_summary(into.summary, metrics.summary);
  const std::filesystem::path file = run_directory / schema::kRunFile;
  if (!std::filesystem::exists(file)) return start;
  const std::size_t warned = warnings.size();
  try {
    const RunReader old(run_directory);
    const std::string& run_id = old.contents().info.run_id;
    if (run_id != description.info.run_id)
      throw DataError(file.string() + ": of another run, '" + run_id + "'");
    MetricsTable later = old.contents().metrics.eval;
    later.cut_after(step);
    into.eval.fill_from(additions_to(std::move(later), description.eval));
    start.probes = earlier_probes(old, step, warnings);
    start.additions = additions_in(old, warnings);
  } catch (const DataError& error) {
    warnings.push_back(std::string("rebuilt from the checkpoint alone: ") + error.what());
  }
  if (warnings.size() > warned)
    warnings.push_back("the file as it was is kept as " + keep_aside(file).string());
  return start;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
