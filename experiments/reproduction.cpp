#include "experiments/reproduction.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "experiments/directory_lock.hpp"
#include "experiments/processes.hpp"
#include "experiments/progress.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/reproduction_store.hpp"
#include "experiments/reproduction_summary.hpp"
#include "experiments/reproduction_table.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/signals.hpp"
#include "experiments/sweep.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEvaluationSequences = 500;  // of each variation
constexpr std::size_t kQuickEvaluationSequences = 50;

// A seed that is to be trained.
struct MissingSeed {
  const RowPlan* plan;
  std::size_t seed;
};

bool is_among(const std::vector<SeedRecord>& records, const MissingSeed& one) {
  return std::ranges::any_of(records, [&](const SeedRecord& record) {
    return record.row == one.plan->row->name && record.seed == one.seed;
  });
}

std::string list_text(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (const std::size_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

std::string seeds_text(const std::vector<std::size_t>& seeds) {
  return (seeds.size() == 1 ? "seed " : "seeds ") + list_text(seeds);
}

// Baselines that take as long as all the other rows' seeds together have one, unless they are asked for by name; it is
// trained where the seeds asked for have it among them.
SeedRange seeds_of(const ReproductionRow& row, const ReproductionOptions& options) {
  if (options.quick) return {1, 1};
  if (!options.seeds) return {1, row.seeds};
  if (row.seeds > 1 || !options.rows.empty()) return *options.seeds;
  return {options.seeds->first, std::min(row.seeds, options.seeds->last)};
}

// Of all rows, in their order; no seeds of those that are not chosen.
std::vector<RowPlan> plans_of(const ReproductionResult& result, const ReproductionOptions& options) {
  const auto chosen = choose_rows(result, options.rows);
  std::vector<RowPlan> plans;
  for (const ReproductionRow& row : result.rows) {
    const bool wanted = std::ranges::find(chosen, &row) != chosen.end();
    plans.push_back(
        plan_row(row, wanted ? seeds_of(row, options) : SeedRange{}, options.quick ? kQuickDivisor : 1));
  }
  return plans;
}

class Reproduction {
 public:
  Reproduction(const ReproductionResult& result, const ReproductionOptions& options, std::ostream& out,
               std::ostream& notes)
      : result_(result),
        options_(options),
        out_(out),
        notes_(notes),
        plans_(plans_of(result, options)),
        store_(result, options.results, options.runs, plans_) {}

  ExitCode run() {
    ExitCode code = ExitCode::done;
    if (options_.quick) say_what_is_cut();
    for (const std::string& sentence : store_.left_out()) notes_ << sentence << "\n";
    if (!options_.report) {
      expect_writable(options_.results);  // rather than after days of training
      code = train();
      if (stop_signal() != 0) {
        say_what_is_missing();
        return code;
      }
    }
    const bool drawn = report();
    if (!options_.report) say_what_is_missing();
    return code == ExitCode::done && !drawn ? ExitCode::unavailable : code;
  }

 private:
  void say_what_is_cut() const {
    notes_ << "A quick look at " << result_.id() << ": one seed of each row, a tenth of its sequences ";
    std::string separator = "(";
    for (const RowPlan& plan : plans_) {
      if (plan.seeds.size() == 0) continue;
      notes_ << separator << plan.row->short_name << " " << grouped(plan.sequences) << " of "
             << grouped(static_cast<std::uint64_t>(result_.paper_sequences));
      separator = ", ";
    }
    notes_ << " of the paper's)";
    if (!result_.variations.empty()) {
      notes_ << ", and " << kQuickEvaluationSequences << " sequences of each other size";
    }
    notes_ << ".\n"
           << "It says whether everything works, not whether the result is reproduced; its tables are in "
           << shown(options_.results) << "\n";
  }

  // By seed and then by row, so that every row has some seeds early.
  std::vector<MissingSeed> missing() const {
    const std::vector<SeedRecord> done = store_.records();
    std::size_t most = 0;
    for (const RowPlan& plan : plans_) most = std::max(most, plan.seeds.last);
    std::vector<MissingSeed> missing;
    for (std::size_t seed = 1; seed <= most; ++seed) {
      for (const RowPlan& plan : plans_) {
        if (plan.seeds.contains(seed) && !is_among(done, {&plan, seed})) missing.push_back({&plan, seed});
      }
    }
    return missing;
  }

  ExitCode train() {
    const std::vector<MissingSeed> todo = missing();
    std::size_t wanted = 0;
    for (const RowPlan& plan : plans_) wanted += plan.seeds.size();
    notes_ << result_.id() << ": " << wanted - todo.size() << " of " << wanted << " seeds are done\n";
    if (todo.empty()) return ExitCode::done;
    std::vector<SweepTask> tasks;
    for (const MissingSeed& one : todo) {
      tasks.push_back(task_of(*one.plan, one.seed, options_.runs));
      if (const auto aside = set_aside(tasks.back(), one.plan->hash)) {
        notes_ << shown(tasks.back().directory) << " has other settings and is now " << shown(*aside) << "\n";
      }
    }
    std::vector<ExitCode> failures(tasks.size(), ExitCode::done);
    const auto ended = [&](std::size_t task, const SweepTaskState& state) {
      failures[task] = record(todo[task], tasks[task], state);
    };
    const SweepOutcome outcome = run_sweep(tasks, {.processes = options_.processes,
                                                   .deadline = options_.deadline,
                                                   .progress = options_.progress,
                                                   .ended = ended});
    for (const std::string& failure : failures_) notes_ << failure << "\n";
    bool elsewhere = false;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!outcome.tasks[i].elsewhere) continue;
      elsewhere = true;
      notes_ << tasks[i].name << ": another process trains it\n";
    }
    if (outcome.signal != 0) return outcome.code;
    const auto failed = std::ranges::find_if(failures, [](ExitCode one) { return one != ExitCode::done; });
    if (failed != failures.end()) return *failed;
    return elsewhere && !outcome.out_of_time ? ExitCode::unavailable : ExitCode::done;
  }

  // Of a run that ended; returns what there is to say of it at the end.
  ExitCode record(const MissingSeed& one, const SweepTask& task, const SweepTaskState& state) {
    const bool failed = state.status == SweepTaskState::Status::failed;
    if (failed && state.code != ExitCode::diverged) {
      failures_.push_back(task.name + ": " + state.reason);
      return state.code;
    }
    if (out_of_time()) return ExitCode::done;  // its run stands, and is recorded next time
    try {
      if (is_among(store_.records(), one)) return ExitCode::done;  // another process trained and recorded it
      const std::size_t sequences = options_.quick ? kQuickEvaluationSequences : kEvaluationSequences;
      const auto trained = read_trained_seed(result_, *one.plan, one.seed, task.directory, sequences,
                                             [this] { return out_of_time(); });
      if (trained) store_.keep(*trained);
      return ExitCode::done;
    } catch (const Error& error) {
      failures_.push_back(task.name + ": " + error.what());
      return error.code();
    }
  }

  bool out_of_time() const {
    return stop_signal() != 0 ||
           (options_.deadline && std::chrono::steady_clock::now() >= *options_.deadline);
  }

  // Whether the figure could be drawn, if there was something to draw.
  bool report() const {
    const std::vector<RowSummary> rows =
        summarise(result_, store_.records(), published_rows(result_, reference_directory()), options_.quick);
    notes_.flush();
    out_ << "\n";
    write_reproduction_table(out_, result_, rows);
    out_ << "\n";
    if (std::ranges::all_of(rows, [](const RowSummary& row) { return row.records.empty(); })) return true;
    write_csv_file(store_.table_file, reproduction_table(result_, rows));
    out_ << shown(store_.table_file) << "\n";
    std::error_code error;
    fs::create_directories(options_.runs, error);  // what is wrong with it, writing says
    write_reproduction_file(store_.summary_file, result_, rows, store_.curves());
    out_ << shown(store_.summary_file) << "\n";
    out_.flush();
    return !options_.figure || draw();
  }

  bool draw() const {
    const std::optional<fs::path> records = store_.drawable();
    if (!records) {
      notes_ << "there is nothing to draw: " << shown(store_.curves_file)
             << " has no evaluation of these seeds\n";
      return true;
    }
    return run_and_wait({kPython, plot_script().string(), "--reproduction", shown(*records), "-o",
                         shown(store_.figure_file)}) == 0;
  }

  void say_what_is_missing() const {
    std::map<const RowPlan*, std::vector<std::size_t>> seeds;
    for (const MissingSeed& one : missing()) seeds[one.plan].push_back(one.seed);
    if (seeds.empty()) return;
    notes_ << "\nmissing:\n";
    for (const RowPlan& plan : plans_) {
      if (!seeds.contains(&plan)) continue;
      notes_ << "  " << plan.row->name << ", " << seeds_text(seeds[&plan]) << begun_text(plan, seeds[&plan])
             << "\n";
    }
    if (!options_.command.empty()) notes_ << "go on with: " << options_.command << "\n";
  }

  // How far the seeds have come that have begun.
  std::string begun_text(const RowPlan& plan, const std::vector<std::size_t>& seeds) const {
    std::vector<SweepTask> tasks;
    for (const std::size_t seed : seeds) tasks.push_back(task_of(plan, seed, options_.runs));
    std::string text;
    const std::vector<SweepTaskState> states = look_at(tasks);
    for (std::size_t i = 0; i < states.size(); ++i) {
      const SweepTaskState& state = states[i];
      const bool failed = state.status == SweepTaskState::Status::failed;
      if (state.sequences == 0 && !failed) continue;
      text += (text.empty() ? "; " : ", ") + std::to_string(seeds[i]) + ": " +
              (failed ? state.reason
                      : grouped(state.sequences) + " of " + grouped(state.sequences_to_do) + " sequences");
    }
    return text;
  }

  const ReproductionResult& result_;
  const ReproductionOptions& options_;
  std::ostream& out_;
  std::ostream& notes_;
  std::vector<RowPlan> plans_;
  ReproductionStore store_;
  std::vector<std::string> failures_;  // told when the terminal is free again
};

}  // namespace

ExitCode reproduce(const ReproductionResult& result, const ReproductionOptions& options, std::ostream& out,
                   std::ostream& notes) {
  return Reproduction(result, options, out, notes).run();
}

}  // namespace tapehead
