// A published result again: trains the seeds that are missing, and says what all seeds together say.
//
// A seed is done when its row stands in <results>/<paper>-<result>.csv with the hash of the settings it would be trained
// with now. So a reproduction can be interrupted and continued, and rows made elsewhere count.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "experiments/reproduction_catalogue.hpp"
#include "experiments/reproduction_runs.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

struct ReproductionOptions {
  std::optional<SeedRange> seeds = {};  // of each row that has more than one by default or is named
  std::vector<std::string> rows = {};   // that are trained; empty: all
  std::size_t processes = 1;
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  bool quick = false;   // one seed of each row, a tenth of its sequences
  bool report = false;  // train nothing
  bool progress = true;
  bool figure = true;
  std::filesystem::path runs;     // the directory of this result's runs
  std::filesystem::path results;  // where the tables go
  std::string command = {};       // that goes on, as a user would type it
};

/// Divides the sequences of --quick.
inline constexpr std::size_t kQuickDivisor = 10;

/// Trains, evaluates and records what is missing, then writes the table to `out` and its files, and draws the figure,
/// whose path is printed bare; everything else is said to `notes`. Seeds that diverged are results as others are.
/// Returns what the command ends with: done, also when time ran out; the code of a signal; or that of the first
/// run that failed; unavailable if none failed but another process is still training some. IoError is thrown before
/// anything is trained if nothing can be written in `results`.
/// Throws UsageError, DataError (a damaged table), IoError.
ExitCode reproduce(const ReproductionResult& result, const ReproductionOptions& options, std::ostream& out,
                   std::ostream& notes);

}  // namespace tapehead
