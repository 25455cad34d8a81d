// Published tables of test errors by bAbI task: what they are, and how ours come about.
//
// A cell is one variant on one task. Several nets are trained for it, each from another start, and one of them is chosen as
// the paper chose; since choosing flatters, the mean over all of them stands beside it. A net of a joint variant is trained
// on all tasks together, and is in the cells of all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/csv.hpp"
#include "experiments/reproduction.hpp"

namespace tapehead {

/// One column of a published table.
struct StoryVariant {
  static constexpr std::size_t kNets = 10;  // as the paper has

  std::string name;                 // "pe-ls-rn"
  std::string label;                // "PE LS RN"
  std::string preset;               // "memn2n2015/pe-ls-rn"
  std::string published;            // the variant's name in the file of published numbers
  double tolerance;                 // percentage points that the mean error may be above the paper's
  bool joint = false;               // one net for all tasks
  std::size_t nets = kNets;         // trained by default: of each task or, if joint, in all
  std::size_t nets_needed = kNets;  // for a verdict
  bool best = false;  // what is reported is not the net at its end, but at its lowest validation loss
  std::vector<std::pair<std::string, std::string>> settings = {};  // key and value, over the preset's
  /// What is otherwise for one task.
  struct TaskSetting {
    std::size_t task;
    std::string key, value;
  };
  std::vector<TaskSetting> task_settings = {};
};

struct StoryTable {
  std::string paper;      // "memn2n2015"
  std::string name;       // "table1"
  std::string title;      // for people
  std::string source;     // citation
  std::string reference;  // file of published numbers in results/reference
  std::vector<StoryVariant> variants;
  std::vector<std::size_t> excusable = {};  // tasks of which a verdict may leave one out
  /// That each task that is judged must have for training and validation; 0: any number.
  std::size_t questions = 0;
  /// Tasks that count in no mean and no verdict, because such stories as the paper's are not at hand.
  std::vector<std::size_t> not_judged = {};
  /// By which error the net of a task is chosen.
  enum class Choice { training, validation } choice = Choice::training;
  /// Whether the paper says so, or not of how many nets its figures are.
  bool choice_is_published = true;
  /// What the names of its table and its figure end in, where nets are chosen otherwise than by the paper.
  std::string suffix = {};
  /// A task whose net has validation error 0 gets no further one, and needs none for a verdict.
  bool until_perfect = false;

  bool judges(std::size_t task) const;

  std::string id() const { return paper + "/" + name; }
  std::string file_name() const { return paper + "-" + name; }
};

std::span<const StoryTable> story_tables();

/// The tables that "memn2n2015" or "memn2n2015/table1" names; empty if it names none.
std::vector<const StoryTable*> find_story_tables(const std::string& name);

/// The table from nets by the paper's conventions, where its presets have those of the authors' program: `conventions` of
/// the model and, of an end-to-end memory network, the paper's position encoding, and no share of attention for places
/// without a sentence. Its name ends in "-paper-conventions". Throws UsageError if its presets have no such settings.
StoryTable with_paper_conventions(const StoryTable& table);

/// The same nets, of which that with the lowest error of this kind is reported. Another choice than the table's has its files
/// beside the others.
StoryTable chosen_by(const StoryTable& table, StoryTable::Choice choice);

inline constexpr std::size_t kStoryTasks = 20;
inline constexpr double kFailedAbove =
    5;  // %, above which a task counts as failed (Weston et al. 2015, section 5)

/// One trained net on one task: a line of results/reproductions/<paper>-<table>.csv. Errors in %. A joint net has a line for
/// each task; those of training and validation are over all tasks there, and so is the time.
struct RestartRecord {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string variant, preset;
  std::size_t task = 0, seed = 0;
  std::string settings_hash, stories;  // the latter a digest of the files of what it was trained on
  std::string status;                  // "finished" or "diverged"
  double training_error = kNone;       // of the last epoch, as it was trained
  double validation_error = kNone,     // of the last evaluation; none: no question was kept for validation
      test_error = kNone;
  double new_test_error =
      kNone;  // without the test questions that stand in the training set with their story
  double wall_seconds = kNone;
  double questions = kNone;  // of the task, for training and validation; none: not written down
  std::size_t parameters = 0;
  std::string revision = {}, cpu = {};

  /// Made no mistake in validation.
  bool perfect() const { return status == "finished" && validation_error == 0; }
};

void add_restart(CsvTable& table, const RestartRecord& record);

/// Throws DataError ("FILE:LINE: …").
std::vector<RestartRecord> read_restarts(const CsvTable& table);

/// What the nets of one cell come to.
struct StoryCell {
  std::size_t nets = 0, diverged = 0;
  const RestartRecord* chosen =
      nullptr;  // lowest error by the table's choice, the lower seed of equal ones; nullptr: none finished
  double mean = RestartRecord::kNone,
         deviation = RestartRecord::kNone;  // test error over all nets that finished
  double lowest = RestartRecord::kNone;     // test error
  double published = RestartRecord::kNone;
};

/// One variant: its cells, and what is printed below them.
struct StoryColumn {
  const StoryVariant* variant = nullptr;
  std::vector<StoryCell> cells;  // [task - 1]
  std::size_t tasks = 0;         // that have a net
  // Over those tasks that are judged:
  double mean = RestartRecord::kNone, published_mean = RestartRecord::kNone;  // error
  double mean_of_all_nets = RestartRecord::kNone,
         deviation = RestartRecord::kNone;  // of a table drawn from single nets
  std::size_t failed = 0;
  double published_failed = RestartRecord::kNone;
  std::size_t nets = 0, diverged = 0;
  double wall_seconds = 0;
  std::string verdict;
  std::size_t excused = 0;  // the task that the verdict leaves out; 0: none
};

/// `records` must outlive the columns. A column has a verdict when each task has as many nets as it takes; a quick look has
/// none. Where the mean is above what is tolerated, but is not without one of the excusable tasks, that one is excused.
/// Throws DataError if the published numbers are damaged, or nets of one task were trained on different stories.
std::vector<StoryColumn> summarise(const StoryTable& table, std::span<const RestartRecord> records,
                                   const std::filesystem::path& reference_directory, bool quick = false);

/// A percentage with one digit behind the point; "" for NaN.
std::string percent_text(double value);

void write_story_table(std::ostream& out, const StoryTable& table, std::span<const StoryColumn> columns);

/// A line per variant and task, unrounded; where some tasks are not judged, it says of each whether it is.
CsvTable story_table_cells(const StoryTable& table, std::span<const StoryColumn> columns);

/// Trains, evaluates and records the nets that are missing, and reports: as reproduce() does. `data` is task.data, empty for
/// TAPEHEAD_BABI; where it has no training file for a task that is not judged, TAPEHEAD_BABI and then the directory beside
/// it whose name has no "-10k" are looked into. Throws as reproduce(), and DataError if tasks that are judged have not as
/// many questions as the table's, except in a quick look.
ExitCode reproduce_story_table(const StoryTable& table, const ReproductionOptions& options,
                               const std::string& data, std::ostream& out, std::ostream& notes);

}  // namespace tapehead
