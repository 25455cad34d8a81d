// A table of errors by bAbI task, for readers and for files.
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

}  // namespace

void write_story_table(std::ostream& out, const StoryTable& table, std::span<const StoryColumn> columns) {
  out << table.title << "\n" << table.source << "; errors in %\n\n";
  std::vector<TextColumn> titles = {{"task", Align::right}};
  for (const StoryColumn& column : columns) {
    if (column.tasks == 0) continue;
    titles.push_back({column.variant->label, Align::right});
    titles.push_back({"paper", Align::right});
    titles.push_back({"all nets", Align::right});
  }
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, auto&& cells_of) {
    std::vector<std::string>& row = rows.emplace_back(std::vector<std::string>{name});
    for (const StoryColumn& column : columns) {
      if (column.tasks == 0) continue;
      for (std::string& cell : cells_of(column)) row.push_back(std::move(cell));
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
  out << "\nOf each task's nets the one with the lowest training error is reported, as in the paper; 'all "
         "nets' has the\n"
         "mean and standard deviation over them, and below it those of a table of single nets. 'failed' "
         "counts tasks above "
      << percent_text(kFailedAbove)
      << " %.\n'4, new': task 4 without the test questions that stand in the training set with their "
         "story.\n\n";
  for (const StoryColumn& column : columns) {
    if (column.tasks == 0) continue;
    std::size_t nets = 0, diverged = 0;
    for (const StoryCell& cell : column.cells) {
      nets += cell.nets;
      diverged += cell.diverged;
    }
    out << column.variant->label << ": " << column.verdict << "; " << nets << " nets"
        << (diverged > 0 ? ", of which " + std::to_string(diverged) + " diverged" : "") << ", trained in "
        << clock_time(column.wall_seconds) << " one after the other\n";
  }
}

CsvTable story_table_cells(std::span<const StoryColumn> columns) {
  CsvTable table;
  for (const StoryColumn& column : columns) {
    for (std::size_t task = 1; task <= column.cells.size(); ++task) {
      const StoryCell& cell = column.cells[task - 1];
      if (cell.nets == 0) continue;
      const RestartRecord* const net = cell.chosen;
      const auto of_net = [&](double value) {
        return csv_number(net != nullptr ? value : RestartRecord::kNone);
      };
      table.add({{"variant", column.variant->name},
                 {"task", std::to_string(task)},
                 {"published", csv_number(cell.published)},
                 {"test_error", of_net(net != nullptr ? net->test_error : 0)},
                 {"seed", net != nullptr ? std::to_string(net->seed) : ""},
                 {"new_test_error", of_net(net != nullptr ? net->new_test_error : 0)},
                 {"mean_of_all_nets", csv_number(cell.mean)},
                 {"deviation", csv_number(cell.deviation)},
                 {"lowest", csv_number(cell.lowest)},
                 {"nets", std::to_string(cell.nets)},
                 {"diverged", std::to_string(cell.diverged)}});
    }
  }
  return table;
}

}  // namespace tapehead
