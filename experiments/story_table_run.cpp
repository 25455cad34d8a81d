// From presets to the records of a table of errors by bAbI task.
#include <algorithm>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>

#include "experiments/directory_lock.hpp"
#include "experiments/evaluation.hpp"
#include "experiments/processes.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/settings_hash.hpp"
#include "experiments/signals.hpp"
#include "experiments/story_table.hpp"
#include "experiments/sweep.hpp"
#include "experiments/trained_net.hpp"
#include "framework/io/durable_file.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/sha256.hpp"
#include "framework/training/evaluator.hpp"
#include "tasks/babi/babi.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr double kPercent = 100;

// A net that is wanted.
struct WantedNet {
  const StoryVariant* variant;
  std::size_t task, seed;
  std::vector<Assignment> settings;  // over the preset's, without the seed
  std::string hash, stories;
};

// Of the training and test questions' bytes.
std::string digest_of(const std::vector<fs::path>& directories, std::size_t task) {
  const TaskFiles files = task_files(directories, task);
  std::string bytes;
  for (const fs::path& file : {files.train, files.test}) {
    const std::vector<std::byte> part = read_bytes(file);
    bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  return sha256_hex(bytes).substr(0, 16);
}

double last_of(const MetricsTable& table, const char* column) {
  const MetricsColumn* const found = table.find(column);
  return found == nullptr || found->values.empty() ? RestartRecord::kNone : found->values.back();
}

class TableReproduction {
 public:
  TableReproduction(const StoryTable& table, const ReproductionOptions& options, const std::string& data,
                    std::ostream& out, std::ostream& notes)
      : table_(table),
        options_(options),
        out_(out),
        notes_(notes),
        records_file_(options.results / (table.file_name() + ".csv")),
        cells_file_(options.results / (table.file_name() + "-table.csv")) {
    for (const StoryVariant& variant : table.variants) {
      for (std::size_t task = 1; task <= kStoryTasks; ++task)
        hashes_[{variant.name, task}] =
            settings_hash(*preset_settings(variant.preset, settings_of(variant, task)));
    }
    if (options.report) return;
    std::vector<fs::path> directories;
    std::string joined;
    for (const fs::path& directory : story_directories(data)) {
      directories.push_back(fs::absolute(directory));
      joined += (joined.empty() ? "" : ":") + directories.back().string();
    }
    std::vector<std::string> digests;  // [task - 1]
    for (std::size_t task = 1; task <= kStoryTasks; ++task) digests.push_back(digest_of(directories, task));
    for (const StoryVariant& variant : table.variants) {
      if (chosen(variant)) plan(variant, joined, digests);
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
    std::vector<Assignment> settings = {{"task.tasks", std::to_string(task), ""}};
    if (options_.quick) shorten(variant, settings);
    return settings;
  }

  void plan(const StoryVariant& variant, const std::string& directories,
            const std::vector<std::string>& digests) {
    const SeedRange seeds =
        options_.quick ? SeedRange{1, 1} : options_.seeds.value_or(SeedRange{1, table_.restarts});
    for (std::size_t task = 1; task <= kStoryTasks; ++task) {
      std::vector<Assignment> settings = settings_of(variant, task);
      settings.push_back({"task.data", directories, ""});
      const std::string& hash = hashes_.at({variant.name, task});
      for (std::size_t seed = seeds.first; seed <= seeds.last; ++seed)
        wanted_.push_back({&variant, task, seed, settings, hash, digests[task - 1]});
    }
  }

  // Everything that is counted in steps: linear start and schedule keep their shares.
  static void shorten(const StoryVariant& variant, std::vector<Assignment>& settings) {
    const TrainingOptions training = preset_settings(variant.preset, settings)->training();
    for (const auto& [key, steps] : {std::pair{"training.steps", training.steps},
                                     {"training.linear_start", training.linear_start},
                                     {"training.hold_steps", training.schedule.hold_steps},
                                     {"training.decay_steps", training.schedule.decay_steps}}) {
      settings.push_back({key, std::to_string(steps / kQuickDivisor), ""});
    }
  }

  std::vector<RestartRecord> records() const {
    return fs::exists(records_file_) ? read_restarts(read_csv_file(records_file_))
                                     : std::vector<RestartRecord>{};
  }

  static auto key(const RestartRecord& record) {
    return std::tie(record.variant, record.task, record.seed, record.settings_hash, record.stories);
  }
  static auto key(const WantedNet& net) {
    return std::tie(net.variant->name, net.task, net.seed, net.hash, net.stories);
  }

  ExitCode train() {
    const std::vector<RestartRecord> done = records();
    std::vector<const WantedNet*> missing;
    for (const WantedNet& net : wanted_) {
      const bool there =
          std::ranges::any_of(done, [&](const RestartRecord& one) { return key(one) == key(net); });
      if (!there) missing.push_back(&net);
    }
    notes_ << table_.id() << ": " << wanted_.size() - missing.size() << " of " << wanted_.size()
           << " nets are done\n";
    if (missing.empty()) return ExitCode::done;
    std::vector<SweepTask> tasks;
    for (const WantedNet* const net : missing) {
      // A run of other stories is another run.
      const std::string name = net->variant->name + "-task-" + std::to_string(net->task) + "-" +
                               net->stories.substr(0, 8) + "-s" + std::to_string(net->seed);
      SweepTask& task = tasks.emplace_back(SweepTask{.name = name,
                                                     .preset = net->variant->preset,
                                                     .settings = net->settings,
                                                     .directory = options_.runs / name});
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
        keep(record_of(*missing[i], tasks[i].directory, diverged));
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
    if (outcome.signal != 0) return outcome.code;
    if (outcome.out_of_time) notes_ << "out of time; go on with: " << options_.command << "\n";
    return first;
  }

  RestartRecord record_of(const WantedNet& wanted, const fs::path& directory, bool diverged) const {
    const RunReader run(directory);
    const RunContents& contents = run.contents();
    RestartRecord record{.variant = wanted.variant->name,
                         .preset = wanted.variant->preset,
                         .task = wanted.task,
                         .seed = wanted.seed,
                         .settings_hash = wanted.hash,
                         .stories = wanted.stories,
                         .status = diverged ? "diverged" : "finished"};
    record.wall_seconds = contents.metrics.wall_seconds;
    record.revision = revision_of(contents);
    record.cpu = cpu_of(contents);
    if (diverged) return record;
    Arguments named;
    named.positional = {directory.string()};
    TrainedNet net = load_net(named);
    expect_last(run, net);
    record.parameters = net.model->parameters().count();
    // The last row is of the last epoch, where presets log every epoch: with what noise there was in training.
    record.training_error = kPercent * last_of(contents.metrics.train, "error");
    record.validation_error = kPercent * last_of(contents.metrics.eval, "error");
    const auto results = evaluate_variations(net, {Variation{}}, 1, 1);
    record_results(net, results);
    record.test_error = kPercent * results.front().wrong;
    Workers alone(1);
    const auto fresh = dynamic_cast<const Babi&>(*net.task).without_leaks();
    if (fresh->size(Split::test) > 0)
      record.new_test_error =
          kPercent * Evaluator(*fresh, 1, Split::test).evaluate(*net.model, alone).mean_wrong();
    return record;
  }

  void keep(const RestartRecord& record) const {
    update_csv_file(records_file_, [&](CsvTable& table) {
      const std::vector<RestartRecord> there = read_restarts(table);
      if (std::ranges::none_of(there, [&](const RestartRecord& one) { return key(one) == key(record); }))
        add_restart(table, record);
    });
  }

  // Of the nets whose settings are those of today and, unless it is a report alone, whose stories are.
  void report() const {
    std::vector<RestartRecord> all = records();
    const std::size_t before = all.size();
    std::erase_if(all, [&](const RestartRecord& one) {
      const auto hash = hashes_.find({one.variant, one.task});
      const bool other_stories = std::ranges::any_of(wanted_, [&](const WantedNet& net) {
        return net.variant->name == one.variant && net.task == one.task && net.stories != one.stories;
      });
      return hash == hashes_.end() || hash->second != one.settings_hash || other_stories;
    });
    if (all.size() < before)
      notes_ << shown(records_file_)
             << ": left out, for their settings or stories are others: " << before - all.size()
             << (before - all.size() == 1 ? " net\n" : " nets\n");
    const std::vector<StoryColumn> columns = summarise(table_, all, reference_directory(), options_.quick);
    notes_.flush();
    out_ << "\n";
    write_story_table(out_, table_, columns);
    if (all.empty()) return;
    write_csv_file(cells_file_, story_table_cells(columns));
    out_ << "\n" << shown(records_file_) << "\n" << shown(cells_file_) << "\n";
    out_.flush();
    if (options_.figure)
      run_and_wait({kPython, plot_script().string(), "--reproduction", shown(cells_file_), "-o",
                    shown(options_.results / (table_.file_name() + ".png"))});
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
