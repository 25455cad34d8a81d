#include "experiments/run_list.hpp"

#include <sstream>

#include "framework/io/run_revision.hpp"
#include "framework/io/run_writer.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

ListedRun listed(const std::string& directory, const std::string& status) {
  ListedRun run;
  run.directory = directory;
  run.status = status;
  return run;
}

std::vector<std::string> lines(const std::vector<ListedRun>& runs, std::size_t columns) {
  std::ostringstream out;
  write_run_table(out, runs, 10'000, columns);
  std::istringstream text(out.str());
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) found.push_back(line);
  return found;
}

}  // namespace

TEST_CASE("ages are told in the largest unit of which there is one") {
  CHECK(age_text(-3) == "0 s");
  CHECK(age_text(59.9) == "59 s");
  CHECK(age_text(60) == "1 min");
  CHECK(age_text(3599) == "59 min");
  CHECK(age_text(3600) == "1 h");
  CHECK(age_text(86399) == "23 h");
  CHECK(age_text(5 * 86400 + 1) == "5 d");
}

TEST_CASE("the table of runs is aligned, and has a dash for what is not known") {
  ListedRun whole = listed("/runs/a", "finished");
  whole.preset = "größe";
  whole.seed = 12;
  whole.step = 12345;
  whole.loss = 0.5;
  whole.unit = "bit";
  whole.last_written = 10'000 - 120;
  ListedRun damaged = listed("/runs/b", "damaged");
  damaged.last_written = 10'000 - 7;
  CHECK(lines({whole, damaged}, 200) ==
        std::vector<std::string>{"status      age  preset  seed    step     loss  run",
                                 "finished  2 min  größe     12  12,345  0.5 bit  /runs/a",
                                 "damaged     7 s  -          -       -        -  /runs/b"});
  CHECK(lines({damaged}, 30).front() == "status   age  step  loss  run");
}

TEST_CASE("texts of a damaged file do not reach the terminal or JSON as they are") {
  ListedRun run = listed("/runs/\"a\\", "finished");
  run.preset = "evil\x1b[2J\xff";
  CHECK_THAT(lines({run}, 200).back(), Catch::Contains("evil?[2J?"));
  std::ostringstream out;
  write_run_json(out, {run});
  CHECK_THAT(out.str(), Catch::Contains(R"("run": "/runs/\"a\\", "preset": "evil?[2J?", "seed": null)"));
}

TEST_CASE("a later evaluation changes neither the loss nor the age that a list shows") {
  const io_test::TemporaryDirectory place;
  const std::filesystem::path run = place / "run";
  {
    RunWriter writer = RunWriter::create(run, io_test::example_description());
    writer.append_eval(5, std::vector<double>{0.25});
    writer.finish(RunStatus::finished);
  }
  const ListedRun before = find_runs(place).at(0);
  add_eval_columns(run, 7, {{{"bits_length_20", "bit", "cost"}, 3.5}});
  const ListedRun after = find_runs(place).at(0);
  CHECK(before.loss == 0.25);
  CHECK(after.loss == 0.25);
  CHECK(after.last_written == before.last_written);
  CHECK(after.status == "finished");
  CHECK(after.unit == "bit");
  CHECK(after.directory == run);
}
