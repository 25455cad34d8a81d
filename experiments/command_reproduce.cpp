// Reproduce a published result: its table and figure, from as many seeds as it takes.
#include "experiments/command_reproduce.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/machine.hpp"
#include "experiments/progress.hpp"
#include "experiments/reproduction.hpp"
#include "experiments/reproduction_runs.hpp"
#include "experiments/reproduction_summary.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/signals.hpp"
#include "experiments/story_table.hpp"
#include "experiments/words.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

// Of the budget: for the runs to save themselves and the table to be written.
constexpr double kReserve = 0.05;
constexpr double kMostReserve = 30;  // s

std::optional<std::chrono::steady_clock::time_point> deadline_of(const Arguments& arguments) {
  const auto text = arguments.text("budget");
  if (!text) return std::nullopt;
  double minutes = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), minutes);
  constexpr double kMost = 1e6;
  if (error != std::errc() || end != text->data() + text->size() || !(minutes > 0 && minutes <= kMost)) {
    throw UsageError("--budget: expected minutes, a number above 0, got '" + *text + "'");
  }
  const double seconds = 60 * minutes;
  const std::chrono::duration<double> time(seconds - std::min(kReserve * seconds, kMostReserve));
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(time);
}

// "10" is 1 to 10.
std::optional<SeedRange> seeds_of(const Arguments& arguments) {
  const auto text = arguments.text("seeds");
  if (!text) return std::nullopt;
  const std::size_t dots = text->find("..");
  const auto number = [&](std::string_view digits) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value == 0) {
      throw UsageError("--seeds: expected a number above 0, or two as 6..10, got '" + *text + "'");
    }
    return value;
  };
  const std::string_view all = *text;
  if (dots == std::string::npos) return SeedRange{1, number(all)};
  const SeedRange range{number(all.substr(0, dots)), number(all.substr(dots + 2))};
  if (range.first > range.last) throw UsageError("--seeds: the range '" + *text + "' is empty");
  return range;
}

// The same command again.
std::string command_again(const Arguments& arguments) {
  std::string text = "./tapehead reproduce " + shell_word(arguments.positional.front());
  for (const auto& [name, value] : arguments.options) {
    text += " --" + name + (value.empty() ? "" : " " + shell_word(value));
  }
  return text;
}

void refuse_together(const Arguments& arguments, std::string_view one,
                     std::initializer_list<std::string_view> others, const std::string& why) {
  if (!arguments.has(one)) return;
  for (const std::string_view other : others) {
    if (arguments.has(other)) {
      throw UsageError("--" + std::string(one) + " and --" + std::string(other) + ": " + why);
    }
  }
}

void list_results(std::span<const ReproductionResult> catalogue, const Arguments& arguments) {
  std::vector<const ReproductionResult*> named;
  if (!arguments.positional.empty()) named = find_reproductions(catalogue, arguments.positional.front());
  for (const ReproductionResult& result : catalogue) {
    if (!named.empty() && std::ranges::find(named, &result) == named.end()) continue;
    std::cout << result.id() << ": " << result.title << " (" << result.source << ")\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const ReproductionRow& row : result.rows) {
      const RowPlan plan = plan_row(row, {1, row.seeds}, 1);
      const std::string target = target_text(result, row.target);
      rows.emplace_back(row.short_name,
                        row.label + "; preset " + row.preset + "; " + std::to_string(row.seeds) +
                            (row.seeds == 1 ? " seed" : " seeds") + " of " + grouped(plan.sequences) +
                            " sequences" + (target.empty() ? "" : "; target: " + target));
    }
    write_columns(std::cout, rows);
  }
}

ReproductionOptions options_of(const Arguments& arguments) {
  ReproductionOptions options;
  options.seeds = seeds_of(arguments);
  if (const auto rows = arguments.text("rows")) options.rows = comma_separated("rows", *rows);
  options.processes = arguments.number("processes", 1).value_or(hardware_threads());
  options.deadline = deadline_of(arguments);
  options.quick = arguments.has("quick");
  options.report = arguments.has("report");
  options.command = command_again(arguments);
  return options;
}

bool by_paper_conventions(const Arguments& arguments) {
  const std::string given = arguments.text("conventions").value_or("released");
  if (given != "released" && given != "paper")
    throw UsageError("--conventions: expected released or paper, got '" + given + "'");
  return given == "paper";
}

StoryTable::Choice choice_of(const Arguments& arguments, const StoryTable& table) {
  const auto given = arguments.text("choose");
  if (!given) return table.choice;
  if (*given == "training") return StoryTable::Choice::training;
  if (*given == "validation") return StoryTable::Choice::validation;
  throw UsageError("--choose: expected training or validation, got '" + *given + "'");
}

// The directories of one of several results.
template <class Result>
void place(ReproductionOptions& options, const Arguments& arguments, const Result& result, bool several) {
  const auto out = arguments.text("out");
  options.runs = out ? fs::path(*out) : runs_directory() / "reproductions" / result.paper / result.name;
  if (out && (several || by_paper_conventions(arguments))) options.runs /= result.name;
  if (options.quick) options.runs /= "quick";
  const fs::path results = source_directory() / "results" / "reproductions";
  options.results = options.quick ? options.runs : fs::path(arguments.text("results").value_or(results));
}

void list_story_tables(const std::string& named) {
  for (const StoryTable& table : story_tables()) {
    if (!named.empty() && named != table.paper && named != table.id()) continue;
    std::cout << table.id() << ": " << table.title << " (" << table.source << ")\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (const StoryVariant& variant : table.variants)
      rows.emplace_back(variant.name,
                        variant.label + "; preset " + variant.preset + "; " + std::to_string(variant.nets) +
                            (variant.nets == 1 ? " net for " : " nets for ") +
                            (variant.joint ? "all " : "each of ") + std::to_string(kStoryTasks) + " tasks" +
                            (variant.joint ? " together" : ""));
    write_columns(std::cout, rows);
  }
}

// Makes results one after the other by make(result, options). Returns the exit code.
template <class Results, class Make>
int each_of(const Results& results, const Arguments& arguments, ReproductionOptions options,
            const Make& make) {
  ExitCode first = ExitCode::done;
  for (const auto* const result : results) {
    place(options, arguments, *result, results.size() > 1);
    const ExitCode code = make(*result, options);
    if (stop_signal() != 0) return static_cast<int>(exit_code_of(stop_signal()));
    if (first == ExitCode::done) first = code;
  }
  return static_cast<int>(first);
}

void refuse_nonsense(const Arguments& arguments) {
  refuse_together(arguments, "quick", {"seeds", "results"},
                  "a quick look is at one seed, and its tables stand beside its runs");
  refuse_together(arguments, "report", {"seeds", "budget", "processes", "rows"},
                  "a report trains nothing, and tells of all that is there");
}

int reproduce_results(const Arguments& arguments) {
  const std::string named = arguments.positional.empty() ? "" : arguments.positional.front();
  auto tables = find_story_tables(named);
  if (arguments.has("list")) {
    if (tables.empty()) reproduce_from(reproduction_catalogue(), arguments);
    if (named.empty() || !tables.empty()) list_story_tables(named);
    return 0;
  }
  if (tables.empty()) return reproduce_from(reproduction_catalogue(), arguments);
  refuse_nonsense(arguments);
  const std::string data = arguments.text("task.data").value_or("");
  std::vector<StoryTable> wanted;
  for (const StoryTable* const table : tables) {
    wanted.push_back(by_paper_conventions(arguments) ? with_paper_conventions(*table) : *table);
    wanted.back() = chosen_by(wanted.back(), choice_of(arguments, wanted.back()));
  }
  std::ranges::transform(wanted, tables.begin(), [](const StoryTable& table) { return &table; });
  return each_of(tables, arguments, options_of(arguments),
                 [&](const StoryTable& table, const ReproductionOptions& options) {
                   return reproduce_story_table(table, options, data, std::cout, std::cerr);
                 });
}

}  // namespace

int reproduce_from(std::span<const ReproductionResult> catalogue, const Arguments& arguments, bool figure) {
  if (arguments.has("list")) {
    list_results(catalogue, arguments);
    return 0;
  }
  if (arguments.positional.empty()) {
    throw UsageError("which result? './tapehead reproduce --list' names them");
  }
  refuse_nonsense(arguments);
  for (const char* const option : {"task.data", "conventions", "choose"}) {
    if (arguments.has(option))
      throw UsageError("--" + std::string(option) + ": the result has nothing to do with stories");
  }
  const auto results = find_reproductions(catalogue, arguments.positional.front());
  ReproductionOptions options = options_of(arguments);
  options.figure = figure;
  for (const ReproductionResult* const result : results) choose_rows(*result, options.rows);
  return each_of(results, arguments, options,
                 [](const ReproductionResult& result, const ReproductionOptions& of_result) {
                   return reproduce(result, of_result, std::cout, std::cerr);
                 });
}

Command reproduce_command() {
  return {
      .syntax =
          {.name = "reproduce",
           .usage = {"reproduce PAPER[/RESULT] [--seeds N|A..B] [--rows LIST] [--processes N] [--budget "
                     "MINUTES] [--quick]",
                     "reproduce PAPER[/RESULT] --report", "reproduce [PAPER[/RESULT]] --list"},
           .summary = "train a paper's nets on many seeds, and set its numbers beside ours",
           .description =
               "Trains the seeds that are missing, several at a time, evaluates each, and prints the\n"
               "paper's value beside the median, quartiles and best of all seeds that are done, the\n"
               "share that converged, the sequences it took, and a verdict. Interrupt it at any time:\n"
               "the same command goes on. Seeds that are done are rows of results/reproductions; a row\n"
               "counts as long as the settings it was made with are those of the preset. Machines\n"
               "that share no files take different seeds, and their rows are put together.\n",
           .options =
               {{"seeds", "N|A..B",
                 "seeds 1 to N, or A to B, of each row; LSTM baselines have one unless --rows names "
                 "them"},
                {"rows", "LIST", "train these rows only: ff, ntm-lstm, lstm; or pe, joint-3hop, ..."},
                {"task.data", "DIR",
                 "of the bAbI files; default: $TAPEHEAD_BABI; DIR:DIR2: what DIR lacks is in DIR2"},
                {"conventions", "paper|released",
                 "where a paper and its program differ, whose; default: released; paper: files of its own"},
                {"choose", "training|validation",
                 "by which error one of a task's nets is chosen; default: as the paper"},
                {"processes", "N", "runs at a time; default: one a processor"},
                {"budget", "MINUTES", "stop in time, and say what is missing"},
                {"quick", "", "one seed of each row and a tenth of its sequences, kept apart"},
                {"report", "", "table and figure from the rows that are there; train nothing"},
                {"out", "DIR", "where the runs are; default: below results/runs/reproductions"},
                {"results", "DIR", "where the tables are; default: results/reproductions"},
                {"list", "", "what can be reproduced, by which presets, and the targets"}},
           .examples = {{"reproduce ntm2014/copy --seeds 10", "Figure 3 of Graves et al. 2014"},
                        {"reproduce ntm2014/copy --seeds 6..10", "those that another machine has not"},
                        {"reproduce memn2n2015/table1 --task.data=en", "Table 1 of Sukhbaatar et al. 2015"},
                        {"reproduce henaff2017/table2 --task.data=en-10k", "Table 2 of Henaff et al. 2017"},
                        {"reproduce ntm2014 --budget 50", "the whole paper, as far as 50 minutes go"},
                        {"reproduce ntm2014/copy --quick", "a first look, within minutes"}},
           .most_arguments = 1},
      .run = reproduce_results};
}

}  // namespace tapehead
