// What the nets of a table of errors by bAbI task come to, and the verdicts.
#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/statistics.hpp"
#include "experiments/story_table.hpp"

namespace tapehead {
namespace {

using Nets = std::vector<const RestartRecord*>;

// By task; "mean" is task 0, the number of failed tasks behind the twenty.
std::map<std::size_t, double> published_errors(const CsvTable& table, const std::string& variant) {
  std::map<std::size_t, double> errors;
  for (const CsvRow& row : table.rows) {
    if (table.cell(row, "variant") != variant) continue;
    const std::string& task = table.cell(row, "task");
    if (task != "mean" && task != "all" && !(task >= "0" && task < ":"))
      table.refuse(row, "column 'task': expected a number, mean or all, got '" + task + "'");
    const std::size_t number = task == "mean" ? 0 : task == "all" ? kStoryTasks + 1 : std::stoul(task);
    errors[number] = table.number(row, "value");
  }
  return errors;
}

double deciding_error(const StoryTable& table, const RestartRecord& net) {
  return table.choice == StoryTable::Choice::training ? net.training_error : net.validation_error;
}

StoryCell cell_of(const StoryTable& table, const Nets& nets) {
  StoryCell cell;
  std::vector<double> errors;
  for (const RestartRecord* const net : nets) {
    ++cell.nets;
    if (net->status == "diverged") {
      ++cell.diverged;
      continue;
    }
    errors.push_back(net->test_error);
    if (cell.chosen == nullptr || deciding_error(table, *net) < deciding_error(table, *cell.chosen))
      cell.chosen = net;
  }
  if (errors.empty()) return cell;
  cell.mean = mean(errors);
  cell.deviation = standard_deviation(errors);
  cell.lowest = *std::ranges::min_element(errors);
  return cell;
}

void expect_same_stories(const Nets& nets) {
  for (const RestartRecord* const net : nets) {
    if (net->stories == nets.front()->stories) continue;
    throw DataError("task " + std::to_string(net->task) + ", " + net->variant +
                    ": its nets were trained on different stories (" + nets.front()->stories + " and " +
                    net->stories + "); remove the rows of one kind");
  }
}

// Of a variant, in the order of their seeds.
Nets nets_of(std::span<const RestartRecord> records, const StoryVariant& variant, std::size_t task) {
  Nets nets;
  for (const RestartRecord& record : records) {
    if (record.variant == variant.name && record.task == task) nets.push_back(&record);
  }
  std::ranges::sort(nets, {}, &RestartRecord::seed);
  expect_same_stories(nets);
  return nets;
}

// A joint net is in the cells of all tasks, and counts once.
void count_nets(StoryColumn& column, const std::vector<Nets>& nets) {
  for (const Nets& cell : nets) {
    if (column.variant->joint && column.nets > 0) return;
    for (const RestartRecord* const net : cell) {
      ++column.nets;
      if (net->status == "diverged") ++column.diverged;
      column.wall_seconds += std::isnan(net->wall_seconds) ? 0 : net->wall_seconds;
    }
  }
}

// Standard deviation of the mean over tasks: of joint nets it is seen, of single ones it follows from those of the tasks.
double deviation_of_mean(const StoryColumn& column, const std::vector<Nets>& nets, const StoryTable& table) {
  std::map<std::size_t, std::vector<double>> errors;  // by seed
  std::vector<double> variances;
  std::size_t tasks = 0;
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    const StoryCell& cell = column.cells[task - 1];
    if (cell.chosen == nullptr || !table.judges(task)) continue;
    ++tasks;
    if (!std::isnan(cell.deviation)) variances.push_back(cell.deviation * cell.deviation);
    for (const RestartRecord* const net : nets[task - 1]) {
      if (net->status != "diverged") errors[net->seed].push_back(net->test_error);
    }
  }
  if (column.variant->joint) {
    std::vector<double> means;
    for (const auto& [seed, of_seed] : errors) means.push_back(mean(of_seed));
    return standard_deviation(means);
  }
  if (variances.size() < tasks) return RestartRecord::kNone;
  return std::sqrt(mean(variances) / static_cast<double>(tasks));
}

struct Means {
  double ours, published;
  double above() const { return ours - published; }
};

// Over the tasks that are judged but one.
Means means_without(const StoryColumn& column, const StoryTable& table, std::size_t excused) {
  std::vector<double> ours, published;
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    if (task == excused || !table.judges(task)) continue;
    ours.push_back(column.cells[task - 1].chosen->test_error);
    published.push_back(column.cells[task - 1].published);
  }
  return {mean(ours), mean(published)};
}

void judge(StoryColumn& column, const StoryTable& table, bool quick) {
  const StoryVariant& variant = *column.variant;
  if (quick) {
    column.verdict = "a quick look";
    return;
  }
  std::size_t missing = 0;
  for (const StoryCell& cell : column.cells) {
    const bool enough = cell.nets >= variant.nets_needed ||
                        (table.until_perfect && cell.chosen != nullptr && cell.chosen->perfect());
    const std::size_t of_cell = enough ? 0 : variant.nets_needed - cell.nets;
    missing = variant.joint ? std::max(missing, of_cell) : missing + of_cell;
  }
  if (missing > 0) {
    column.verdict =
        "not enough nets (" + std::to_string(missing) + (missing == 1 ? " is" : " are") + " missing)";
    return;
  }
  if (column.tasks < column.cells.size()) {
    column.verdict = "a task has no net that did not diverge";
    return;
  }
  const double above = column.mean - column.published_mean;
  if (above <= variant.tolerance) {
    column.verdict = "reproduced";
    return;
  }
  column.verdict = "missed by " + percent_text(above - variant.tolerance) + " points";
  if (table.excusable.empty()) return;
  const auto above_without = [&](std::size_t task) { return means_without(column, table, task).above(); };
  const std::size_t task = *std::ranges::min_element(table.excusable, {}, above_without);
  const Means rest = means_without(column, table, task);
  if (rest.above() > variant.tolerance) return;
  column.excused = task;
  column.verdict = "reproduced with task " + std::to_string(task) + " excused (without it " +
                   percent_text(rest.ours) + ", the paper's " + percent_text(rest.published) + ")";
}

StoryColumn column_of(const StoryTable& table, const StoryVariant& variant,
                      std::span<const RestartRecord> records, const std::map<std::size_t, double>& published,
                      bool quick) {
  StoryColumn column;
  column.variant = &variant;
  const auto published_of = [&](std::size_t task) {
    const auto found = published.find(task);
    return found == published.end() ? RestartRecord::kNone : found->second;
  };
  std::vector<Nets> nets;  // [task - 1]
  std::vector<double> chosen, means, theirs;
  std::size_t theirs_failed = 0;
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    nets.push_back(nets_of(records, variant, task));
    StoryCell& cell = column.cells.emplace_back(cell_of(table, nets.back()));
    cell.published = published_of(task);
    if (table.judges(task) && cell.published > kFailedAbove) ++theirs_failed;
    if (cell.chosen == nullptr) continue;
    ++column.tasks;
    if (!table.judges(task)) continue;
    chosen.push_back(cell.chosen->test_error);
    means.push_back(cell.mean);
    theirs.push_back(cell.published);
    if (cell.chosen->test_error > kFailedAbove) ++column.failed;
  }
  count_nets(column, nets);
  // What the paper prints, where it is about the same tasks.
  const bool all_judged = table.not_judged.empty();
  column.published_failed = all_judged ? published_of(kStoryTasks + 1) : static_cast<double>(theirs_failed);
  if (chosen.empty()) return column;
  column.mean = mean(chosen);
  column.mean_of_all_nets = mean(means);
  column.deviation = deviation_of_mean(column, nets, table);
  column.published_mean = all_judged && column.tasks == kStoryTasks ? published_of(0) : mean(theirs);
  judge(column, table, quick);
  return column;
}

}  // namespace

std::vector<StoryColumn> summarise(const StoryTable& table, std::span<const RestartRecord> records,
                                   const std::filesystem::path& reference_directory, bool quick) {
  const CsvTable published = read_csv_file(reference_directory / table.reference);
  published.expect_columns({"variant", "task", "value"});
  std::vector<StoryColumn> columns;
  for (const StoryVariant& variant : table.variants)
    columns.push_back(
        column_of(table, variant, records, published_errors(published, variant.published), quick));
  return columns;
}

}  // namespace tapehead
