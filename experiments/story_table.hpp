// Published tables of test errors by bAbI task: what they are, and how ours come about.
//
// A cell is one variant on one task. Several nets are trained for it, each from another start, and one of them is chosen as
// the paper chose; since choosing flatters, the mean over all of them stands beside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "experiments/csv.hpp"
#include "experiments/reproduction.hpp"

namespace tapehead {

/// One column of a published table.
struct StoryVariant {
  std::string name;       // "pe-ls-rn"
  std::string label;      // "PE LS RN"
  std::string preset;     // "memn2n2015/pe-ls-rn"
  std::string published;  // the variant's name in the file of published numbers
  double tolerance;       // percentage points that the mean error may be above the paper's
};

struct StoryTable {
  std::string paper;      // "memn2n2015"
  std::string name;       // "table1"
  std::string title;      // for people
  std::string source;     // citation
  std::string reference;  // file of published numbers in results/reference
  std::size_t restarts;   // nets a task, by default
  std::vector<StoryVariant> variants;

  std::string id() const { return paper + "/" + name; }
  std::string file_name() const { return paper + "-" + name; }
};

std::span<const StoryTable> story_tables();

/// The tables that "memn2n2015" or "memn2n2015/table1" names; empty if it names none.
std::vector<const StoryTable*> find_story_tables(const std::string& name);

inline constexpr std::size_t kStoryTasks = 20;
inline constexpr double kFailedAbove =
    5;  // %, above which a task counts as failed (Weston et al. 2015, section 5)

/// One trained net: a line of results/reproductions/<paper>-<table>.csv. Errors in %.
struct RestartRecord {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string variant, preset;
  std::size_t task = 0, seed = 0;
  std::string settings_hash, stories;  // the latter a digest of the task's files
  std::string status;                  // "finished" or "diverged"
  double training_error = kNone;       // of the last epoch, as it was trained
  double validation_error = kNone, test_error = kNone;
  double new_test_error =
      kNone;  // without the test questions that stand in the training set with their story
  double wall_seconds = kNone;
  std::size_t parameters = 0;
  std::string revision = {}, cpu = {};
};

void add_restart(CsvTable& table, const RestartRecord& record);

/// Throws DataError ("FILE:LINE: …").
std::vector<RestartRecord> read_restarts(const CsvTable& table);

/// What the nets of one cell come to.
struct StoryCell {
  std::size_t nets = 0, diverged = 0;
  const RestartRecord* chosen =
      nullptr;  // lowest training error, the lower seed of equal ones; nullptr: none finished
  double mean = RestartRecord::kNone,
         deviation = RestartRecord::kNone;  // test error over all nets that finished
  double lowest = RestartRecord::kNone;     // test error
  double published = RestartRecord::kNone;
};

/// One variant: its cells, and what is printed below them.
struct StoryColumn {
  const StoryVariant* variant = nullptr;
  std::vector<StoryCell> cells;                                               // [task - 1]
  std::size_t tasks = 0;                                                      // that have a net
  double mean = RestartRecord::kNone, published_mean = RestartRecord::kNone;  // error over those tasks
  double mean_of_all_nets = RestartRecord::kNone,
         deviation = RestartRecord::kNone;  // of a table drawn from single nets
  std::size_t failed = 0;
  double published_failed = RestartRecord::kNone;
  double wall_seconds = 0;
  std::string verdict;
};

/// `records` must outlive the columns. A column has a verdict when each task has the table's number of nets; a quick look
/// has none. Throws DataError if the published numbers are damaged, or nets of one task were trained on different stories.
std::vector<StoryColumn> summarise(const StoryTable& table, std::span<const RestartRecord> records,
                                   const std::filesystem::path& reference_directory, bool quick = false);

/// A percentage with one digit behind the point; "" for NaN.
std::string percent_text(double value);

void write_story_table(std::ostream& out, const StoryTable& table, std::span<const StoryColumn> columns);

/// A line per variant and task, unrounded.
CsvTable story_table_cells(std::span<const StoryColumn> columns);

/// Trains, evaluates and records the nets that are missing, and reports: as reproduce() does. `data` is the directory of
/// the bAbI files, or empty for TAPEHEAD_BABI. Throws as reproduce().
ExitCode reproduce_story_table(const StoryTable& table, const ReproductionOptions& options,
                               const std::string& data, std::ostream& out, std::ostream& notes);

}  // namespace tapehead
