// The runs below a directory, and how each stands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tapehead {

/// A run as the list shows it. What a run cannot tell is left empty.
struct ListedRun {
  std::filesystem::path directory;
  std::string preset;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> step;                        // of the last row
  double loss = std::numeric_limits<double>::quiet_NaN();  // of the last evaluation
  std::string unit;                                        // of the loss
  std::string status;  // as RunReader::status(), or "damaged" or, where it may not be read, "unreadable"
  std::string reason;  // of the last two
  double last_written =
      0;  // s since 1970-01-01 UTC, by the run itself: not by evaluations or repairs of it later
};

/// All runs below a directory or in it, the one written last at the end. What may not be looked into is left out.
std::vector<ListedRun> find_runs(const std::filesystem::path& below);

/// How long ago: "7 s", "3 min", "2 h", "5 d".
std::string age_text(double seconds);

/// A table. The paths come last, so that long ones move nothing; columns that most paths tell of (preset, seed) are left
/// out where the table would be wider than `columns`. `now` is in s since 1970-01-01 UTC.
void write_run_table(std::ostream& out, const std::vector<ListedRun>& runs, double now, std::size_t columns);

/// One JSON array of {run, preset, seed, step, loss, unit, status, last_written}, null for what is not known.
void write_run_json(std::ostream& out, const std::vector<ListedRun>& runs);

}  // namespace tapehead
