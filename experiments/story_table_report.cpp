// A table of errors by bAbI task, for readers and for files.
#include <algorithm>
#include <cmath>
#include <ostream>

#include "experiments/progress.hpp"
#include "experiments/story_table.hpp"
#include "experiments/text_table.hpp"

namespace tapehead {
namespace {

std::string spread(double mean, double deviation) {
  if (std::isnan(mean)) return "";
  return percent_text(mean) + (std::isnan(deviation) ? "" : " ± " + percent_text(deviation));
}

std::string count(double value) { return std::isnan(value) ? "" : std::to_string(std::llround(value)); }

// The columns that are shown beside each other: single or joint nets, as many as a wide terminal has room for.
using Block = std::vector<const StoryColumn*>;
constexpr std::size_t kVariantsBeside = 4;

void write_block(std::ostream& out, const Block& columns) {
  std::vector<TextColumn> titles = {{"task", Align::right}};
  for (const StoryColumn* const column : columns) {
    titles.push_back({column->variant->label, Align::right});
    titles.push_back({"paper", Align::right});
    titles.push_back({"all nets", Align::right});
  }
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, auto&& cells_of) {
    std::vector<std::string>& row = rows.emplace_back(std::vector<std::string>{name});
    for (const StoryColumn* const column : columns) {
      for (std::string& cell : cells_of(*column)) row.push_back(std::move(cell));
    }
  };
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    add(std::to_string(task), [&](const StoryColumn& column) {
      const StoryCell& cell = column.cells[task - 1];
      const std::string ours = cell.chosen != nullptr ? percent_text(cell.chosen->test_error) : "";
      return std::vector<std::string>{ours, percent_text(cell.published), spread(cell.mean, cell.deviation)};
    });
  }
  add("mean", [](const StoryColumn& column) {
    return std::vector<std::string>{percent_text(column.mean), percent_text(column.published_mean),
                                    spread(column.mean_of_all_nets, column.deviation)};
  });
  add("failed", [](const StoryColumn& column) {
    return std::vector<std::string>{std::to_string(column.failed), count(column.published_failed), ""};
  });
  add("4, new", [](const StoryColumn& column) {
    const RestartRecord* const net = column.cells[3].chosen;
    return std::vector<std::string>{net != nullptr ? percent_text(net->new_test_error) : "", "", ""};
  });
  write_text_table(out, titles, rows);
}

// Of how many questions of a task the nets were told: "1,000", "900 to 1,000"; "" if it is not written down.
std::string questions_of(std::span<const StoryColumn> columns, std::size_t task) {
  double fewest = RestartRecord::kNone, most = RestartRecord::kNone;
  for (const StoryColumn& column : columns) {
    if (column.cells[task - 1].chosen == nullptr) continue;
    const double questions = column.cells[task - 1].chosen->questions;
    fewest = std::fmin(fewest, questions);
    most = std::fmax(most, questions);
  }
  if (std::isnan(most)) return "";
  const auto text = [](double number) { return grouped(static_cast<std::uint64_t>(number)); };
  return fewest < most ? text(fewest) + " to " + text(most) : text(most);
}

const char* name_of(StoryTable::Choice choice) {
  return choice == StoryTable::Choice::training ? "training" : "validation";
}

void write_notes(std::ostream& out, const StoryTable& table, std::span<const StoryColumn> columns,
                 bool joint) {
  out << "\nOf each task's nets the one with the lowest " << name_of(table.choice) << " error is reported"
      << (table.choice_is_published ? ", as in the paper"
          : table.suffix.empty()    ? "; the paper does not say of how many nets its figures are"
                                    : ", not as in the paper")
      << ".\n'all nets' has the mean and standard deviation over them, and below it those of a table of "
         "single nets.\n'failed' counts tasks above "
      << percent_text(kFailedAbove)
      << " %.\n'4, new': task 4 without the test questions that stand in the training set with their "
         "story.\n";
  for (const StoryColumn& column : columns) {
    if (column.variant->best && column.tasks > 0)
      out << column.variant->label << ": each net as it was at its lowest validation loss.\n";
  }
  if (table.until_perfect)
    out << "A task whose net has validation error 0 gets no further one, as in the authors' program.\n";
  if (joint)
    out << "A joint net is trained on all twenty tasks together; of these nets the one with the lowest "
        << name_of(table.choice) << " error over all tasks\nis reported.\n";
  if (std::ranges::any_of(columns, [](const StoryColumn& column) { return column.excused > 0; })) {
    std::string tasks;
    for (const std::size_t task : table.excusable)
      tasks += (tasks.empty() ? "" : ", ") + std::to_string(task);
    out << "Some nets learn a task well and others hardly: one of " << tasks
        << " is excused where the mean is too high with it.\n";
  }
  for (const std::size_t task : table.not_judged) {
    const std::string questions = questions_of(columns, task);
    out << "Task " << task << " counts in no mean, no number of failed tasks and no verdict, ours or the "
        << "paper's" << (questions.empty() ? "" : ": it was trained on " + questions + " questions") << ".\n";
  }
  out << "\n";
}

}  // namespace

void write_story_table(std::ostream& out, const StoryTable& table, std::span<const StoryColumn> columns) {
  out << table.title << "\n" << table.source << "; errors in %\n\n";
  std::vector<Block> blocks;
  bool joint = false;
  for (const StoryColumn& column : columns) {
    if (column.tasks == 0) continue;
    if (blocks.empty() || blocks.back().size() == kVariantsBeside ||
        blocks.back().back()->variant->joint != column.variant->joint)
      blocks.emplace_back();
    blocks.back().push_back(&column);
    joint = joint || column.variant->joint;
  }
  if (blocks.empty()) blocks.emplace_back();
  for (const Block& block : blocks) {
    if (&block != &blocks.front()) out << "\n";
    write_block(out, block);
  }
  write_notes(out, table, columns, joint);
  for (const StoryColumn& column : columns) {
    if (column.tasks == 0) continue;
    out << column.variant->label << ": " << column.verdict << "; " << column.nets
        << (column.nets == 1 ? " net" : " nets")
        << (column.diverged > 0 ? ", of which " + std::to_string(column.diverged) + " diverged" : "")
        << ", trained in " << clock_time(column.wall_seconds) << " one after the other\n";
  }
}

CsvTable story_table_cells(const StoryTable& table, std::span<const StoryColumn> columns) {
  CsvTable cells;
  for (const StoryColumn& column : columns) {
    for (std::size_t task = 1; task <= column.cells.size(); ++task) {
      const StoryCell& cell = column.cells[task - 1];
      if (cell.nets == 0) continue;
      const RestartRecord* const net = cell.chosen;
      const auto of_net = [&](double value) {
        return csv_number(net != nullptr ? value : RestartRecord::kNone);
      };
      std::vector<std::pair<std::string, std::string>> row = {
          {"variant", column.variant->name},
          {"label", column.variant->label},
          {"task", std::to_string(task)},
          {"published", csv_number(cell.published)},
          {"test_error", of_net(net != nullptr ? net->test_error : 0)},
          {"seed", net != nullptr ? std::to_string(net->seed) : ""},
          {"new_test_error", of_net(net != nullptr ? net->new_test_error : 0)},
          {"mean_of_all_nets", csv_number(cell.mean)},
          {"deviation", csv_number(cell.deviation)},
          {"lowest", csv_number(cell.lowest)},
          {"nets", std::to_string(cell.nets)},
          {"diverged", std::to_string(cell.diverged)}};
      if (!table.not_judged.empty()) row.emplace_back("judged", table.judges(task) ? "yes" : "no");
      if (table.choice != StoryTable::Choice::training) row.emplace_back("chosen_by", name_of(table.choice));
      cells.add(row);
    }
  }
  return cells;
}

}  // namespace tapehead
