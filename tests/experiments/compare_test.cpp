#include "experiments/compare.hpp"

#include <limits>
#include <sstream>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Catch::Matchers::Contains;

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

ComparedRun run_of(const std::string& slots, const std::string& seed, double loss, double reached,
                   const std::string& status = "finished") {
  ComparedRun run;
  run.directory = "/runs/slots" + slots + "-s" + seed;
  run.status = status;
  run.settings = {{"seed", seed}, {"model.name", "ntm"}, {"memory.slots", slots}};
  run.metrics = {
      {"final_loss", "bit", loss}, {"sequences_to_threshold", "1", reached}, {"rollbacks", "1", 0}};
  return run;
}

template <class Write>
std::string text_of(const Write& write) {
  std::ostringstream out;
  write(out);
  return out.str();
}

}  // namespace

TEST_CASE("compared runs show the settings that differ, and one that only some have") {
  std::vector<ComparedRun> runs = {run_of("32", "1", 0.5, 1200), run_of("128", "1", 0.25, kNever)};
  CHECK(differing_settings(runs) == std::vector<std::string>{"memory.slots"});
  runs[1].settings.emplace_back("model.bias", "1");
  CHECK(differing_settings(runs) == std::vector<std::string>{"memory.slots", "model.bias"});
  CHECK(text_of([&](std::ostream& out) { write_comparison(out, runs); }) ==
        "settings      slots32-s1  slots128-s1\n"
        "memory.slots          32          128\n"
        "model.bias             -            1\n"
        "\n"
        "results                 slots32-s1  slots128-s1\n"
        "status                    finished     finished\n"
        "final_loss (bit)               0.5         0.25\n"
        "sequences_to_threshold       1,200        never\n");
}

TEST_CASE("many compared runs are listed below each other") {
  std::vector<ComparedRun> runs;
  for (const char* seed : {"1", "2", "3", "4", "5"}) runs.push_back(run_of("32", seed, 0.5, kUnknown));
  const std::string text = text_of([&](std::ostream& out) { write_comparison(out, runs); });
  CHECK_THAT(text, Contains("settings    seed\nslots32-s1     1\nslots32-s2     2\n"));
  CHECK_THAT(text,
             Contains("results       status  final_loss (bit)\nslots32-s1  finished               0.5\n"));
  runs.resize(1);
  CHECK_THAT(text_of([&](std::ostream& out) { write_comparison(out, runs); }),
             Contains("all settings are the same"));
}

TEST_CASE("the table of compared runs has a row per run and empty cells for what is not known") {
  const std::vector<ComparedRun> runs = {run_of("32", "1", 0.5, 1200), run_of("128", "1", kUnknown, kNever)};
  std::ostringstream out;
  write_csv(out, comparison_table(runs));
  CHECK(out.str() ==
        "run,memory.slots,status,final_loss,sequences_to_threshold\n"
        "/runs/slots32-s1,32,finished,0.5,1200\n"
        "/runs/slots128-s1,128,finished,,inf\n");
}

TEST_CASE("groups of runs have the median and quartiles of their finished runs") {
  // By hand: of 1, 2, 3 and 10 the median is 2.5, the quartiles 1.75 and 4.75; never is later than any time.
  const std::vector<ComparedRun> runs = {
      run_of("128", "1", 7, 100),          run_of("32", "1", 10, 300),
      run_of("32", "2", 1, 100),           run_of("32", "3", 3, 200),
      run_of("32", "4", 2, kNever),        run_of("32", "5", 1e9, kNever, "diverged"),
      run_of("32", "6", 1e9, 50, "killed")};
  const std::vector<std::string> keys = {"memory.slots"};
  const CsvTable table = grouped_table(runs, keys);
  REQUIRE(table.rows.size() == 2);
  const CsvRow& row = table.rows[0];
  CHECK(table.cell(row, "memory.slots") == "32");
  CHECK(table.cell(row, "n") == "4");
  CHECK(table.cell(row, "diverged") == "1");
  CHECK(table.cell(row, "unfinished") == "1");
  CHECK(table.number(row, "final_loss_median") == 2.5);
  CHECK(table.number(row, "final_loss_q1") == 1.75);
  CHECK(table.number(row, "final_loss_q3") == 4.75);
  CHECK(table.number(row, "final_loss_min") == 1);
  CHECK(table.number(row, "final_loss_max") == 10);
  CHECK(table.number(row, "sequences_to_threshold_n") == 5);
  CHECK(table.number(row, "sequences_to_threshold_median") == 300);
  CHECK(table.cell(row, "sequences_to_threshold_max") == "inf");
  CHECK(table.number(table.rows[1], "final_loss_median") == 7);
  CHECK(text_of([&](std::ostream& out) { write_groups(out, runs, keys); }) ==
        "memory.slots                               32             128\n"
        "n                                           4               1\n"
        "diverged                                    1               0\n"
        "unfinished                                  1               0\n"
        "final_loss (bit)             2.5 [1.75, 4.75]        7 [7, 7]\n"
        "sequences_to_threshold  300 [200, never] of 5  100 [100, 100]\n"
        "\n"
        "median [lower quartile, upper quartile] over the finished runs of a group\n");
}

TEST_CASE("it is said where runs of a group differ in more than the seed") {
  std::vector<ComparedRun> runs = {run_of("32", "1", 1, 100), run_of("32", "2", 2, 200),
                                   run_of("128", "1", 3, 300)};
  const std::vector<std::string> keys = {"memory.slots"};
  const auto text = [&] { return text_of([&](std::ostream& out) { write_groups(out, runs, keys); }); };
  CHECK_THAT(text(), !Contains("more than the seed"));
  for (ComparedRun& run : runs) run.settings.emplace_back("training.sequences", "500");
  CHECK_THAT(text(), !Contains("more than the seed"));
  runs[1].settings.back().second = "50";
  CHECK_THAT(text(), Contains("differ in more than the seed: training.sequences\n"));
}

TEST_CASE("groups by a setting that no run has are refused with the nearest") {
  const std::vector<ComparedRun> runs = {run_of("32", "1", 0.5, 1200)};
  const std::vector<std::string> keys = {"slots"};
  CHECK_THROWS_WITH(grouped_table(runs, keys), Contains("did you mean 'memory.slots'"));
}
