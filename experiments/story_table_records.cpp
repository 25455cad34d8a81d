// The lines of a table of errors by bAbI task.
#include <cmath>

#include "experiments/story_table.hpp"

namespace tapehead {

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
             {"cpu", record.cpu},
             {"questions", csv_number(record.questions)}});
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
    record.questions = table.number(row, "questions");
    record.wall_seconds = table.number(row, "wall_seconds");
    record.parameters = number("parameters");
    record.revision = table.cell(row, "revision");
    record.cpu = table.cell(row, "cpu");
  }
  return records;
}

}  // namespace tapehead
