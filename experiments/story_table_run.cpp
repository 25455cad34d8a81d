// From presets to the records of a table of errors by bAbI task.
#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "experiments/directory_lock.hpp"
#include "experiments/processes.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/settings_hash.hpp"
#include "experiments/signals.hpp"
#include "experiments/story_table.hpp"
#include "experiments/story_table_nets.hpp"
#include "experiments/sweep.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

class TableReproduction {
 public:
  TableReproduction(const StoryTable& table, const ReproductionOptions& options, const std::string& data,
                    std::ostream& out, std::ostream& notes)
      : table_(table),
        options_(options),
        out_(out),
        notes_(notes),
        records_file_(options.results / (table.file_name() + ".csv")),
        cells_file_(options.results / (table.file_name() + table.suffix + "-table.csv")) {
    for (const StoryVariant& variant : table.variants) {
      for (std::size_t task = 1; task <= kStoryTasks; ++task)
        hashes_[{variant.name, task}] =
            settings_hash(*preset_settings(variant.preset, settings_of(variant, task)));
    }
    if (options.report) return;
    const StorySource source(table, data, options.quick);
    for (const StoryVariant& variant : table.variants) {
      if (chosen(variant)) plan(variant, source);
    }
    // By seed first, so that every cell has a net early.
    std::ranges::stable_sort(wanted_, {}, &WantedNet::seed);
  }

  ExitCode run() {
    ExitCode code = ExitCode::done;
    if (!options_.report) {
      expect_writable(options_.results);
      code = train();
      if (stop_signal() != 0) return code;
    }
    report();
    return code;
  }

 private:
  bool chosen(const StoryVariant& variant) const {
    return options_.rows.empty() || std::ranges::find(options_.rows, variant.name) != options_.rows.end();
  }

  // Over the preset's, without the directory of the stories, which is no part of the hash.
  std::vector<Assignment> settings_of(const StoryVariant& variant, std::size_t task) const {
    std::vector<Assignment> settings;
    if (!variant.joint) settings.push_back({"task.tasks", std::to_string(task), ""});
    for (const auto& [key, value] : variant.settings) settings.push_back({key, value, ""});
    for (const StoryVariant::TaskSetting& one : variant.task_settings) {
      if (one.task == task) settings.push_back({one.key, one.value, ""});
    }
    if (options_.quick) shorten(variant, settings);
    return settings;
  }

  void plan(const StoryVariant& variant, const StorySource& source) {
    const SeedRange seeds =
        options_.quick ? SeedRange{1, 1} : options_.seeds.value_or(SeedRange{1, variant.nets});
    const auto add = [&](const std::vector<std::size_t>& tasks, const std::string& stories) {
      std::vector<Assignment> settings = settings_of(variant, tasks.front());
      settings.push_back({"task.data", source.text(), ""});
      const std::string& hash = hashes_.at({variant.name, tasks.front()});
      for (std::size_t seed = seeds.first; seed <= seeds.last; ++seed)
        wanted_.push_back({&variant, tasks, seed, settings, hash, stories});
    };
    std::vector<std::size_t> all;
    for (std::size_t task = 1; task <= kStoryTasks; ++task) all.push_back(task);
    if (variant.joint) return add(all, source.digest_of_all());
    for (const std::size_t task : all) add({task}, source.digest_of(task));
  }

  // Everything that is counted in steps, and there: linear start and schedule keep their shares.
  static void shorten(const StoryVariant& variant, std::vector<Assignment>& settings) {
    const TrainingOptions training = preset_settings(variant.preset, settings)->training();
    for (const auto& [key, steps] : {std::pair{"training.steps", training.steps},
                                     {"training.linear_start", training.linear_start},
                                     {"training.hold_steps", training.schedule.hold_steps},
                                     {"training.decay_steps", training.schedule.decay_steps}}) {
      if (steps > 0) settings.push_back({key, std::to_string(steps / kQuickDivisor), ""});
    }
  }

  std::vector<RestartRecord> records() const {
    return fs::exists(records_file_) ? read_restarts(read_csv_file(records_file_))
                                     : std::vector<RestartRecord>{};
  }

  static bool has_line(const WantedNet& net, std::size_t task, const std::vector<RestartRecord>& records) {
    return std::ranges::any_of(records,
                               [&](const RestartRecord& one) { return one.task == task && net.is_of(one); });
  }

  // Whether its task has a perfect net already, which makes another one needless.
  bool is_needless(const WantedNet& net, const std::vector<RestartRecord>& records) const {
    return table_.until_perfect && std::ranges::any_of(records, [&](const RestartRecord& one) {
             WantedNet of_its_seed = net;
             of_its_seed.seed = one.seed;
             return one.perfect() && of_its_seed.is_of(one);
           });
  }

  std::vector<const WantedNet*> missing(std::span<const WantedNet> nets) const {
    const std::vector<RestartRecord> done = records();
    std::vector<const WantedNet*> found;
    for (const WantedNet& net : nets) {
      const auto in_table = [&](std::size_t task) { return has_line(net, task, done); };
      if (!std::ranges::all_of(net.tasks, in_table) && !is_needless(net, done)) found.push_back(&net);
    }
    return found;
  }

  // Where a perfect net makes those of later seeds needless, one seed after the other.
  ExitCode train() {
    notes_ << table_.id() << ": " << wanted_.size() - missing(wanted_).size() << " of " << wanted_.size()
           << (table_.until_perfect ? " nets are done or not needed\n" : " nets are done\n");
    ExitCode first = ExitCode::done;
    for (std::size_t at = 0, end = 0; at < wanted_.size(); at = end) {
      const auto in_round = [&](const WantedNet& net) {
        return !table_.until_perfect || net.seed == wanted_[at].seed;
      };
      while (end < wanted_.size() && in_round(wanted_[end])) ++end;
      const Round round = train_all(missing(std::span(wanted_).subspan(at, end - at)));
      if (first == ExitCode::done) first = round.code;
      if (round.is_last) break;
    }
    return first;
  }

  struct Round {
    ExitCode code;
    bool is_last;  // for a signal came, or the time is over
  };

  Round train_all(const std::vector<const WantedNet*>& missing) {
    if (missing.empty()) return {ExitCode::done, false};
    std::vector<SweepTask> tasks;
    for (const WantedNet* const net : missing) {
      SweepTask& task = tasks.emplace_back(SweepTask{.name = net->name(),
                                                     .preset = net->variant->preset,
                                                     .settings = net->settings,
                                                     .directory = options_.runs / net->name()});
      task.settings.push_back({"seed", std::to_string(net->seed), ""});
      if (const auto aside = set_aside(task, net->hash))
        notes_ << shown(task.directory) << " has other settings and is now " << shown(*aside) << "\n";
    }
    std::vector<std::string> failures;
    ExitCode first = ExitCode::done;
    const auto ended = [&](std::size_t i, const SweepTaskState& state) {
      const bool diverged = state.code == ExitCode::diverged;
      try {
        if (state.status == SweepTaskState::Status::failed && !diverged)
          throw Error(state.code, state.reason);
        keep(*missing[i], records_of(*missing[i], tasks[i].directory, diverged));
      } catch (const Error& error) {
        failures.push_back(tasks[i].name + ": " + error.what());
        if (first == ExitCode::done) first = error.code();
      }
    };
    const SweepOutcome outcome = run_sweep(tasks, {.processes = options_.processes,
                                                   .deadline = options_.deadline,
                                                   .progress = options_.progress,
                                                   .ended = ended});
    for (const std::string& failure : failures) notes_ << failure << "\n";
    if (outcome.signal != 0) return {outcome.code, true};
    if (outcome.out_of_time) notes_ << "out of time; go on with: " << options_.command << "\n";
    return {first, outcome.out_of_time};
  }

  // All lines of a net at once, so that a joint net is there whole or not at all.
  void keep(const WantedNet& net, const std::vector<RestartRecord>& records) const {
    update_csv_file(records_file_, [&](CsvTable& table) {
      const std::vector<RestartRecord> there = read_restarts(table);
      for (const RestartRecord& record : records) {
        if (!has_line(net, record.task, there)) add_restart(table, record);
      }
    });
  }

  // Of the nets whose settings are those of today and, unless it is a report alone, whose stories are.
  void report() const {
    std::vector<RestartRecord> all = records();
    const std::size_t before = all.size();
    std::erase_if(all, [&](const RestartRecord& one) {
      const auto hash = hashes_.find({one.variant, one.task});
      const bool other_stories = std::ranges::any_of(wanted_, [&](const WantedNet& net) {
        return net.variant->name == one.variant &&
               std::ranges::find(net.tasks, one.task) != net.tasks.end() && net.stories != one.stories;
      });
      return hash == hashes_.end() || hash->second != one.settings_hash || other_stories;
    });
    if (all.size() < before)
      notes_ << shown(records_file_)
             << ": left out, for their settings or stories are others: " << before - all.size()
             << (before - all.size() == 1 ? " line\n" : " lines\n");
    const std::vector<StoryColumn> columns = summarise(table_, all, reference_directory(), options_.quick);
    notes_.flush();
    out_ << "\n";
    write_story_table(out_, table_, columns);
    if (all.empty()) return;
    write_csv_file(cells_file_, story_table_cells(table_, columns));
    out_ << "\n" << shown(records_file_) << "\n" << shown(cells_file_) << "\n";
    out_.flush();
    if (options_.figure)
      run_and_wait({kPython, plot_script().string(), "--reproduction", shown(cells_file_), "-o",
                    shown(options_.results / (table_.file_name() + table_.suffix + ".png"))});
  }

  const StoryTable& table_;
  const ReproductionOptions& options_;
  std::ostream& out_;
  std::ostream& notes_;
  fs::path records_file_, cells_file_;
  std::map<std::pair<std::string, std::size_t>, std::string> hashes_;  // by variant and task
  std::vector<WantedNet> wanted_;
};

}  // namespace

ExitCode reproduce_story_table(const StoryTable& table, const ReproductionOptions& options,
                               const std::string& data, std::ostream& out, std::ostream& notes) {
  for (const std::string& row : options.rows) {
    if (std::ranges::find(table.variants, row, &StoryVariant::name) != table.variants.end()) continue;
    std::string names;
    for (const StoryVariant& variant : table.variants) names += (names.empty() ? "" : ", ") + variant.name;
    throw UsageError("--rows: " + table.id() + " has no row '" + row + "'; its rows: " + names);
  }
  return TableReproduction(table, options, data, out, notes).run();
}

}  // namespace tapehead
