#include "experiments/story_table.hpp"

#include <sstream>

#include "experiments/presets.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_settings.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

RestartRecord net(std::size_t task, std::size_t seed, double training, double test) {
  return {.variant = "pe",
          .preset = "memn2n2015/pe",
          .task = task,
          .seed = seed,
          .settings_hash = "0123456789abcdef",
          .stories = "fedcba9876543210",
          .status = "finished",
          .training_error = training,
          .validation_error = 1,
          .test_error = test,
          .new_test_error = test + 1,
          .wall_seconds = 2,
          .parameters = 2000};
}

const StoryTable& table1() { return *find_story_tables("memn2n2015/table1").front(); }

const StoryColumn& column(const std::vector<StoryColumn>& columns, const std::string& name) {
  for (const StoryColumn& one : columns) {
    if (one.variant->name == name) return one;
  }
  FAIL("no column " << name);
  return columns.front();
}

}  // namespace

TEST_CASE("every column of a story table has a preset, and the published error of every task") {
  for (const StoryTable& table : story_tables()) {
    const auto columns = summarise(table, {}, reference_directory());
    for (const StoryColumn& one : columns) {
      INFO(table.id() << " " << one.variant->name);
      CHECK(preset_settings(one.variant->preset, {})->model_name() == "memn2n");
      CHECK(one.cells.size() == kStoryTasks);
      for (const StoryCell& cell : one.cells) CHECK((cell.published >= 0 && cell.published <= 100));
      CHECK(one.published_failed > 0);
      CHECK(one.tasks == 0);
    }
  }
  CHECK(find_story_tables("memn2n2015").size() == story_tables().size());
  CHECK(find_story_tables("ntm2014").empty());
}

TEST_CASE("the published mean is that of the published errors") {
  // Table 1 prints 13.9 for PE LS RN.
  const auto columns = summarise(table1(), {}, reference_directory());
  double sum = 0;
  for (const StoryCell& cell : column(columns, "pe-ls-rn").cells) sum += cell.published;
  CHECK(sum / kStoryTasks == Approx(13.9).margin(0.06));
}

TEST_CASE("of a task's nets the one with the lowest training error is chosen, the others are in the mean") {
  std::vector<RestartRecord> records = {net(2, 3, 0.5, 20), net(2, 1, 0.5, 30), net(2, 2, 1, 10)};
  records.push_back(net(2, 4, 0, 0));
  records.back().status = "diverged";
  const auto columns = summarise(table1(), records, reference_directory());
  const StoryColumn& pe = column(columns, "pe");
  const StoryCell& cell = pe.cells[1];
  CHECK(cell.nets == 4);
  CHECK(cell.diverged == 1);
  REQUIRE(cell.chosen != nullptr);
  CHECK(cell.chosen->seed == 1);
  CHECK(cell.mean == Approx(20));
  CHECK(cell.deviation == Approx(10));
  CHECK(cell.lowest == 10);
  CHECK(pe.tasks == 1);
  CHECK(pe.failed == 1);
  CHECK(pe.mean == 30);
  CHECK(pe.published_mean == cell.published);
  CHECK(pe.wall_seconds == 8);
  CHECK(pe.verdict == "not enough nets (196 are missing)");
  CHECK(column(columns, "bow").tasks == 0);
}

TEST_CASE("a table is reproduced within its tolerance, and missed by what is beyond") {
  const auto with_error = [](double error) {
    std::vector<RestartRecord> records;
    for (std::size_t task = 1; task <= kStoryTasks; ++task) {
      for (std::size_t seed = 1; seed <= table1().restarts; ++seed)
        records.push_back(net(task, seed, 0, error));
    }
    const auto columns = summarise(table1(), records, reference_directory());
    return column(columns, "pe").verdict;  // the paper's mean is 20.3, the tolerance 2.5
  };
  CHECK(with_error(22.7) == "reproduced");
  CHECK(with_error(0) == "reproduced");
  CHECK(with_error(24.8) == "missed by 2.0 points");
}

TEST_CASE("nets of one task that read different stories are not thrown together") {
  std::vector<RestartRecord> records = {net(2, 1, 0, 10), net(2, 2, 0, 10), net(3, 1, 0, 10)};
  records[2].stories = "another";
  CHECK_NOTHROW(summarise(table1(), records, reference_directory()));
  records[1].stories = "another";
  CHECK_THROWS_WITH(summarise(table1(), records, reference_directory()),
                    Catch::Contains("different stories"));
}

TEST_CASE("records are read back as they were written, and damaged ones are told with their line") {
  CsvTable table;
  table.name = "nets.csv";
  RestartRecord record = net(17, 9, 26.5, 49.7);
  record.revision = "abc+";
  record.cpu = "a processor, of some kind";
  add_restart(table, record);
  std::stringstream text;
  write_csv(text, table);
  const CsvTable again = read_csv(text, "nets.csv");
  const std::vector<RestartRecord> records = read_restarts(again);
  REQUIRE(records.size() == 1);
  CHECK(records[0].task == 17);
  CHECK(records[0].seed == 9);
  CHECK(records[0].training_error == 26.5);
  CHECK(records[0].test_error == 49.7);
  CHECK(records[0].cpu == record.cpu);
  CHECK(records[0].settings_hash == record.settings_hash);

  const auto refused = [&](const std::string& column, const std::string& cell) {
    CsvTable damaged = again;
    damaged.rows[0].cells[*damaged.find(column)] = cell;
    try {
      read_restarts(damaged);
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  CHECK_THAT(refused("task", "21"), Catch::StartsWith("nets.csv:2: ") && Catch::Contains("'task'"));
  CHECK_THAT(refused("seed", "1.5"), Catch::Contains("'seed'"));
  CHECK_THAT(refused("status", "dreaming"), Catch::Contains("'status'"));
  CHECK_THAT(refused("test_error", ""), Catch::Contains("'test_error'"));
}

TEST_CASE("what is printed has our error, the paper's and the spread") {
  std::vector<RestartRecord> records;
  for (std::size_t task = 1; task <= kStoryTasks; ++task) {
    records.push_back(net(task, 1, 0, 10));
    records.push_back(net(task, 2, 1, 14));
  }
  std::ostringstream out;
  write_story_table(out, table1(), summarise(table1(), records, reference_directory()));
  CHECK_THAT(out.str(),
             Catch::Contains("PE  paper") && Catch::Contains("12.0 ± 2.8") &&
                 Catch::Contains(
                     "PE: not enough nets (160 are missing); 40 nets, trained in 1:20 one after the other"));
  CHECK_THAT(out.str(), !Catch::Contains("BoW"));
  const CsvTable cells = story_table_cells(summarise(table1(), records, reference_directory()));
  CHECK(cells.rows.size() == kStoryTasks);
  CHECK(cells.number(cells.rows[3], "mean_of_all_nets") == 12);
  CHECK(cells.number(cells.rows[3], "new_test_error") == 11);
}
