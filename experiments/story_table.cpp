#include "experiments/story_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/statistics.hpp"

namespace tapehead {
namespace {

StoryVariant memn2n(const std::string& name, const std::string& label, double tolerance) {
  return {name, label, "memn2n2015/" + name, "MemN2N " + label, tolerance};
}

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

StoryCell cell_of(std::span<const RestartRecord* const> nets) {
  StoryCell cell;
  std::vector<double> errors;
  for (const RestartRecord* const net : nets) {
    ++cell.nets;
    if (net->status == "diverged") {
      ++cell.diverged;
      continue;
    }
    errors.push_back(net->test_error);
    if (cell.chosen == nullptr || net->training_error < cell.chosen->training_error) cell.chosen = net;
  }
  if (errors.empty()) return cell;
  cell.mean = mean(errors);
  cell.deviation = standard_deviation(errors);
  cell.lowest = *std::ranges::min_element(errors);
  return cell;
}

std::string verdict_of(const StoryColumn& column, std::size_t restarts, bool quick) {
  if (quick) return "a quick look";
  std::size_t missing = 0;
  for (const StoryCell& cell : column.cells) missing += cell.nets < restarts ? restarts - cell.nets : 0;
  if (missing > 0) return "not enough nets (" + std::to_string(missing) + " are missing)";
  if (column.tasks < column.cells.size()) return "a task has no net that did not diverge";
  const double above = column.mean - column.published_mean;
  if (above <= column.variant->tolerance) return "reproduced";
  return "missed by " + percent_text(above - column.variant->tolerance) + " points";
}

void expect_same_stories(std::span<const RestartRecord* const> nets) {
  for (const RestartRecord* const net : nets) {
    if (net->stories == nets.front()->stories) continue;
    throw DataError("task " + std::to_string(net->task) + ", " + net->variant +
                    ": its nets were trained on different stories (" + nets.front()->stories + " and " +
                    net->stories + "); remove the rows of one kind");
  }
}

}  // namespace

std::string percent_text(double value) {
  if (std::isnan(value)) return "";
  const std::string text = std::to_string(std::round(10 * value) / 10);
  return text.substr(0, text.find('.') + 2);
}

std::span<const StoryTable> story_tables() {
  static const std::vector<StoryTable> kTables = {
      {.paper = "memn2n2015",
       .name = "table1",
       .title = "End-to-end memory networks on bAbI, 1,000 training questions a task",
       .source = "Sukhbaatar, Szlam, Weston and Fergus 2015, Table 1",
       .reference = "memn2n_table1_1k.csv",
       .restarts = 10,
       .variants = {memn2n("bow", "BoW", 2.5), memn2n("pe", "PE", 2.5), memn2n("pe-ls", "PE LS", 2.5),
                    memn2n("pe-ls-rn", "PE LS RN", 1.5)}}};
  return kTables;
}

std::vector<const StoryTable*> find_story_tables(const std::string& name) {
  std::vector<const StoryTable*> found;
  for (const StoryTable& table : story_tables()) {
    if (table.paper == name || table.id() == name) found.push_back(&table);
  }
  return found;
}

void add_restart(CsvTable& table, const RestartRecord& record) {
  table.add({{"variant", record.variant},
             {"preset", record.preset},
             {"task", std::to_string(record.task)},
             {"seed", std::to_string(record.seed)},
             {"settings_hash", record.settings_hash},
             {"stories", record.stories},
             {"status", record.status},
             {"training_error", csv_number(record.training_error)},
             {"validation_error", csv_number(record.validation_error)},
             {"test_error", csv_number(record.test_error)},
             {"new_test_error", csv_number(record.new_test_error)},
             {"wall_seconds", csv_number(std::round(10 * record.wall_seconds) / 10)},
             {"parameters", std::to_string(record.parameters)},
             {"revision", record.revision},
             {"cpu", record.cpu}});
}

std::vector<RestartRecord> read_restarts(const CsvTable& table) {
  if (table.columns.empty()) return {};
  table.expect_columns({"variant", "preset", "task", "seed", "settings_hash", "stories", "status",
                        "training_error", "test_error", "new_test_error"});
  std::vector<RestartRecord> records;
  for (const CsvRow& row : table.rows) {
    RestartRecord& record = records.emplace_back();
    constexpr std::uint64_t kMost = 999'999'999;
    const auto number = [&](const char* column) { return table.whole_number(row, column, kMost); };
    record.variant = table.cell(row, "variant");
    record.preset = table.cell(row, "preset");
    record.task = number("task");
    record.seed = number("seed");
    if (record.task < 1 || record.task > kStoryTasks) table.refuse(row, "column 'task': expected 1 to 20");
    record.settings_hash = table.cell(row, "settings_hash");
    record.stories = table.cell(row, "stories");
    record.status = table.cell(row, "status");
    if (record.status != "finished" && record.status != "diverged")
      table.refuse(row, "column 'status': expected finished or diverged, got '" + record.status + "'");
    record.training_error = table.number(row, "training_error");
    record.validation_error = table.number(row, "validation_error");
    record.test_error = table.number(row, "test_error");
    record.new_test_error = table.number(row, "new_test_error");
    if (record.status == "finished" &&
        !(std::isfinite(record.training_error) && std::isfinite(record.test_error)))
      table.refuse(row, "columns 'training_error' and 'test_error': a finished net has them");
    record.wall_seconds = table.number(row, "wall_seconds");
    record.parameters = number("parameters");
    record.revision = table.cell(row, "revision");
    record.cpu = table.cell(row, "cpu");
  }
  return records;
}

std::vector<StoryColumn> summarise(const StoryTable& table, std::span<const RestartRecord> records,
                                   const std::filesystem::path& reference_directory, bool quick) {
  const CsvTable published = read_csv_file(reference_directory / table.reference);
  published.expect_columns({"variant", "task", "value"});
  std::vector<StoryColumn> columns;
  for (const StoryVariant& variant : table.variants) {
    StoryColumn& column = columns.emplace_back();
    column.variant = &variant;
    const auto errors = published_errors(published, variant.published);
    const auto published_of = [&](std::size_t task) {
      const auto found = errors.find(task);
      return found == errors.end() ? RestartRecord::kNone : found->second;
    };
    std::vector<double> chosen, means, variances, theirs;
    for (std::size_t task = 1; task <= kStoryTasks; ++task) {
      std::vector<const RestartRecord*> nets;
      for (const RestartRecord& record : records) {
        if (record.variant == variant.name && record.task == task) nets.push_back(&record);
      }
      std::ranges::sort(nets, {}, [](const RestartRecord* net) { return net->seed; });
      expect_same_stories(nets);
      StoryCell cell = cell_of(nets);
      cell.published = published_of(task);
      for (const RestartRecord* const net : nets)
        column.wall_seconds += std::isnan(net->wall_seconds) ? 0 : net->wall_seconds;
      if (cell.chosen != nullptr) {
        ++column.tasks;
        chosen.push_back(cell.chosen->test_error);
        means.push_back(cell.mean);
        if (!std::isnan(cell.deviation)) variances.push_back(cell.deviation * cell.deviation);
        theirs.push_back(cell.published);
        if (cell.chosen->test_error > kFailedAbove) ++column.failed;
      }
      column.cells.push_back(cell);
    }
    column.published_failed = published_of(kStoryTasks + 1);
    if (chosen.empty()) continue;
    column.mean = mean(chosen);
    column.mean_of_all_nets = mean(means);
    if (variances.size() == means.size()) {
      const double tasks = static_cast<double>(means.size());
      column.deviation = std::sqrt(mean(variances) / tasks);  // of a mean over tasks, one net each
    }
    column.published_mean = column.tasks == kStoryTasks ? published_of(0) : mean(theirs);
    column.verdict = verdict_of(column, table.restarts, quick);
  }
  return columns;
}

}  // namespace tapehead
