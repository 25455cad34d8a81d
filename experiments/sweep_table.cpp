#include "experiments/sweep_table.hpp"

#include <cmath>

#include "experiments/csv.hpp"
#include "experiments/loss_names.hpp"
#include "experiments/progress.hpp"
#include "experiments/sweep_grid.hpp"
#include "experiments/text_table.hpp"

namespace tapehead {
namespace {

std::string loss_cell(const SweepTaskState& state) {
  return std::isnan(state.loss) ? "" : with_unit(short_number(state.loss), state.unit);
}

std::string time_cell(const SweepTaskState& state) {
  return state.wall_seconds > 0 ? clock_time(state.wall_seconds) : "";
}

}  // namespace

void write_sweep_table(std::ostream& out, std::span<const SweepTask> tasks,
                       std::span<const SweepTaskState> states) {
  const std::vector<std::string> varying = varying_keys(tasks);
  std::vector<TextColumn> columns = {{"run", Align::right}};
  for (const std::string& key : varying) columns.push_back({key, Align::right});
  if (varying.empty()) columns.push_back({"name"});
  columns.push_back({"status"});
  for (const char* title : {"sequences", "final loss", "wall time"}) columns.push_back({title, Align::right});
  bool reasons = false;
  for (const SweepTaskState& state : states) reasons = reasons || !state.reason.empty();
  if (reasons) columns.push_back({"reason"});
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    std::vector<std::string> row = {std::to_string(i + 1)};
    for (const std::string& key : varying) row.push_back(value_in(tasks[i], key));
    if (varying.empty()) row.push_back(tasks[i].name);
    row.insert(row.end(), {status_text(states[i]), grouped(states[i].sequences), loss_cell(states[i]),
                           time_cell(states[i]), states[i].reason});
    rows.push_back(std::move(row));
  }
  write_text_table(out, columns, rows);
}

void write_sweep_csv(const std::filesystem::path& path, std::span<const SweepTask> tasks,
                     std::span<const SweepTaskState> states) {
  const std::vector<std::string> varying = varying_keys(tasks);
  CsvTable table;
  table.name = path.string();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const SweepTaskState& state = states[i];
    std::vector<std::pair<std::string, std::string>> cells = {
        {"run", std::to_string(i + 1)}, {"name", tasks[i].name}, {"preset", tasks[i].preset}};
    for (const std::string& key : varying) {
      if (key != "preset") cells.emplace_back(key, value_in(tasks[i], key));
    }
    cells.insert(cells.end(), {{"status", status_text(state)},
                               {"sequences", std::to_string(state.sequences)},
                               {"final_loss", csv_number(state.loss)},
                               {"unit", state.unit},
                               {"wall_seconds", csv_number(state.wall_seconds)},
                               {"reason", state.reason}});
    table.add(cells);
  }
  write_csv_file(path, table);
}

}  // namespace tapehead
