#include "experiments/story_table.hpp"

#include <sstream>

#include "experiments/presets.hpp"
#include "experiments/reproduction_reference.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_settings.hpp"
#include "tests/experiments/story_nets.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using namespace tapehead::testing;

TEST_CASE("every column of a story table has a preset, and the published error of every task") {
  for (const StoryTable& table : story_tables()) {
    const auto columns = summarise(table, {}, reference_directory());
    for (const StoryColumn& one : columns) {
      INFO(table.id() << " " << one.variant->name);
      CHECK(preset_settings(one.variant->preset, {})->model_name() == (one.variant->name == "lstm"   ? "lstm"
                                                                       : table.paper == "weston2015" ? "memnn"
                                                                       : table.paper == "henaff2017"
                                                                           ? "entnet"
                                                                           : "memn2n"));
      CHECK(one.cells.size() == kStoryTasks);
      for (const StoryCell& cell : one.cells) CHECK((cell.published >= 0 && cell.published <= 100));
      CHECK((one.published_failed > 0) == (table.paper != "henaff2017"));  // where no task fails
      CHECK(one.tasks == 0);
    }
  }
  CHECK(find_story_tables("memn2n2015").size() == 2);
  CHECK(find_story_tables("weston2015/table3").size() == 1);
  CHECK(find_story_tables("henaff2017/table2").size() == 1);
  CHECK(find_story_tables("ntm2014").empty());
}

TEST_CASE("the published mean is that of the published errors") {
  // Table 1 prints 13.9 for PE LS RN.
  const auto columns = summarise(table1(), {}, reference_directory());
  double sum = 0;
  for (const StoryCell& cell : column(columns, "pe-ls-rn").cells) sum += cell.published;
  CHECK(sum / kStoryTasks == Approx(13.9).margin(0.06));
}

TEST_CASE("the published means of joint nets, and without task 3 of those of table 3") {
  const auto published_means = [](const StoryTable& table) {
    std::vector<double> means;
    for (const StoryVariant& variant : table.variants) {
      std::vector<RestartRecord> records;
      add_joint(records, variant.name, 1, 0, 0);
      means.push_back(column(summarise(table, records, reference_directory()), variant.name).published_mean);
    }
    return means;
  };
  // The column "mean" of Table 1; of Table 3, worked out by hand from its nineteen other errors.
  CHECK(published_means(table1()) == std::vector{25.1, 20.3, 16.3, 13.9, 25.8, 15.6, 13.3, 12.4, 15.2});
  const std::vector<double> large = published_means(table3());
  REQUIRE(large.size() == 3);
  CHECK(large[0] == Approx(6.48).margin(0.005));
  CHECK(large[1] == Approx(4.35).margin(0.005));
  CHECK(large[2] == Approx(7.53).margin(0.005));
}

TEST_CASE("the joint presets are those of single nets but for the size, and train on all tasks") {
  for (const StoryTable* const table : find_story_tables("memn2n2015")) {
    for (const StoryVariant& variant : table->variants) {
      INFO(variant.name);
      const auto settings = preset_settings(variant.preset, {});
      const auto value = [&](const char* key) {
        const auto* const setting = settings->settings().find(key);
        return setting == nullptr ? "" : format_value(setting->field);
      };
      CHECK((value("task.tasks") == "all") == variant.joint);
      CHECK((value("model.width") == "50") == variant.joint);
      const bool best = variant.name.find("pe-ls-rn") != std::string::npos;
      CHECK(variant.tolerance == (best || variant.joint ? 1.5 : 2.5));
      const TrainingOptions training = settings->training();
      if (training.linear_start == 0) continue;
      // An epoch after an epoch, the linear start too; the rate falls first when a whole share of the rest is over, an
      // epoch early as in the authors' program.
      const std::size_t epoch = training.log_every;
      CHECK(training.steps % epoch == 0);
      CHECK(training.linear_start % epoch == 0);
      CHECK(training.schedule.hold_steps == training.linear_start - epoch);
      CHECK(4 * training.schedule.decay_steps == training.steps - training.linear_start);
    }
  }
}

TEST_CASE("nets may be chosen by their validation error, in files of their own") {
  std::vector<RestartRecord> records = {net(2, 1, 0.5, 20), net(2, 2, 1, 10)};
  records[0].validation_error = 4;
  records[1].validation_error = 3;
  const StoryTable same = chosen_by(table1(), StoryTable::Choice::training);
  CHECK(same.suffix.empty());
  CHECK(column(summarise(same, records, reference_directory()), "pe").mean == 20);
  const StoryTable other = chosen_by(table1(), StoryTable::Choice::validation);
  CHECK(other.file_name() == table1().file_name());
  CHECK(other.suffix == "-by-validation");
  const auto columns = summarise(other, records, reference_directory());
  CHECK(column(columns, "pe").mean == 10);
  std::ostringstream out;
  write_story_table(out, other, columns);
  CHECK_THAT(out.str(), Catch::Contains("lowest validation error is reported, not as in the paper"));
}

TEST_CASE("by the paper's conventions a table has other nets, under another name") {
  const StoryTable table = with_paper_conventions(table1());
  CHECK(table.file_name() == "memn2n2015-table1-paper-conventions");
  for (const StoryVariant& variant : table.variants) {
    INFO(variant.name);
    std::vector<Assignment> settings;
    for (const auto& [key, value] : variant.settings) settings.push_back({key, value, ""});
    const auto preset = preset_settings(variant.preset, {}), ours = preset_settings(variant.preset, settings);
    const auto value = [&](const RunSettings& of, const char* key) {
      return format_value(of.settings().find(key)->field);
    };
    CHECK(value(*preset, "model.conventions") == "released");
    CHECK(value(*ours, "model.conventions") == "paper");
    CHECK(value(*ours, "model.empty_slots") == "false");
    CHECK(value(*ours, "model.word_order") == (variant.name == "bow" ? "bag" : "position"));
    CHECK(value(*ours, "training.steps") == value(*preset, "training.steps"));
  }
  const StoryTable entities = with_paper_conventions(*find_story_tables("henaff2017/table2").front());
  CHECK(entities.variants.front().settings ==
        std::vector<std::pair<std::string, std::string>>{{"model.conventions", "paper"}});
  CHECK_THROWS_WITH(with_paper_conventions(*find_story_tables("weston2015/table3").front()),
                    Catch::Contains("weston2015/table3"));
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

TEST_CASE("a table says how its nets were chosen", "[babi]") {
  const auto printed = [](const StoryTable& table, const std::string& variant) {
    RestartRecord record = net(1, 1, 0, 10);
    record.variant = variant;
    std::ostringstream out;
    const std::vector<RestartRecord> records = {record};
    write_story_table(out, table, summarise(table, records, reference_directory()));
    return out.str();
  };
  const StoryTable& supervised = *find_story_tables("weston2015/table3").front();
  CHECK_THAT(printed(table1(), "pe"), Catch::Contains("is reported, as in the paper."));
  CHECK_THAT(printed(supervised, "am"), Catch::Contains("the paper does not say of how many nets") &&
                                            !Catch::Contains("as in the paper") &&
                                            !Catch::Contains("lowest validation loss"));
  CHECK_THAT(printed(supervised, "lstm"),
             Catch::Contains("LSTM: each net as it was at its lowest validation loss."));
}

TEST_CASE("records are read back as they were written, and damaged ones are told with their line") {
  CsvTable table;
  table.name = "nets.csv";
  RestartRecord record = net(17, 9, 26.5, 49.7);
  record.revision = "abc+";
  record.cpu = "a processor, of some kind";
  record.questions = 1000;
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
  CHECK(records[0].questions == 1000);
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
  const CsvTable cells = story_table_cells(table1(), summarise(table1(), records, reference_directory()));
  CHECK(cells.rows.size() == kStoryTasks);
  CHECK(cells.number(cells.rows[3], "mean_of_all_nets") == 12);
  CHECK(cells.number(cells.rows[3], "new_test_error") == 11);
}
