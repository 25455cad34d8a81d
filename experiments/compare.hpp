// Runs side by side: the settings that differ, and what came of them; or groups of runs, with medians over their seeds.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/csv.hpp"

namespace tapehead {

/// One number that a run came to.
struct RunMetric {
  std::string name;  // "final_loss"
  std::string unit;  // "1" where there is none
  double value;      // NaN: not known; infinite: never
};

/// What is compared of a run.
struct ComparedRun {
  std::filesystem::path directory;
  std::string status;                                         // as RunReader::status()
  std::vector<std::pair<std::string, std::string>> settings;  // key and value, in the order of the run
  /// step, sequences, the scalars of /summary, the last value of each column of /metrics/eval that is not the run's own
  /// (bits_length_20), and wall_seconds. What a finished or diverged run never reached (sequences_to_threshold) is
  /// infinite.
  std::vector<RunMetric> metrics;

  /// Its value, "" if the run has no such setting.
  std::string setting(const std::string& key) const;
  /// Its value, NaN if the run has no such metric.
  double metric(const std::string& name) const;
};

/// Reads a run. Throws DataError or IoError naming it.
ComparedRun read_compared(const std::filesystem::path& run);

/// The runs that arguments name: runs themselves, and directories with runs below them, as those of sweeps. Each comes
/// once, those below a directory by name; what was set aside (.bad) is left out. Throws DataError if an argument is
/// neither.
std::vector<std::filesystem::path> named_runs(std::span<const std::string> arguments);

/// The keys of the settings that are not the same in all runs, as the runs order them.
std::vector<std::string> differing_settings(std::span<const ComparedRun> runs);

/// A row per run: run, the settings that differ, status and metrics; "inf" is never.
CsvTable comparison_table(std::span<const ComparedRun> runs);

/// The same to read: what differs and what came of it, a few runs beside each other, many below each other.
void write_comparison(std::ostream& out, std::span<const ComparedRun> runs);

/// A row per group of runs that agree in the settings `keys`: their values; n, the number of finished runs; how many
/// diverged or are not at their end; then of each metric median, quartiles, least, greatest and number of values
/// (final_loss_median, …_q1, …_q3, …_min, …_max, …_n). Only finished runs count, but for the time to a threshold, which
/// one that diverged never reached. Throws UsageError, with the nearest, at a key that no run has.
CsvTable grouped_table(std::span<const ComparedRun> runs, std::span<const std::string> keys);

/// The same to read: "0.012 [0.008, 0.03]" is a median with its quartiles. Says in which settings but the seed runs of
/// one group differ.
void write_groups(std::ostream& out, std::span<const ComparedRun> runs, std::span<const std::string> keys);

}  // namespace tapehead
