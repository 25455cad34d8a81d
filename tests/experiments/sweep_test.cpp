#include "experiments/sweep.hpp"

#include <fstream>
#include <sstream>

#include "experiments/sweep_attempt.hpp"
#include "experiments/sweep_grid.hpp"
#include "experiments/sweep_manifest.hpp"
#include "experiments/sweep_progress.hpp"
#include "experiments/sweep_table.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Catch::Matchers::Contains;
using Status = SweepTaskState::Status;

namespace {

const std::string kPreset = "ntm2014/copy-ntm-lstm";

std::vector<SweepTask> tasks_of(const std::vector<std::string>& grid, std::vector<Assignment> fixed = {}) {
  return grid_tasks(kPreset, fixed, parse_grid(grid), "sweep");
}

std::vector<std::string> names_of(const std::vector<SweepTask>& tasks) {
  std::vector<std::string> names;
  for (const SweepTask& task : tasks) names.push_back(task.name);
  return names;
}

SweepTaskState state_of(Status status, std::uint64_t sequences, std::uint64_t to_do) {
  SweepTaskState state;
  state.status = status;
  state.sequences = sequences;
  state.sequences_to_do = to_do;
  state.unit = "bit";
  return state;
}

}  // namespace

TEST_CASE("a sweep's list of values may hold ranges with both ends") {
  const auto grid = parse_grid(std::vector<std::string>{"seed=8..11,3", "task.max_length=5"});
  REQUIRE(grid.size() == 2);
  CHECK(grid[0].key == "seed");
  CHECK(grid[0].values == std::vector<std::string>{"8", "9", "10", "11", "3"});
  CHECK(grid[1].values == std::vector<std::string>{"5"});
}

TEST_CASE("a sweep's list that is none is refused") {
  for (const char* wrong : {"seed", "=3", "seed=", "seed=1,,2", "seed=1,", "seed=2..1", "seed=1..x",
                            "seed=1..", "rate=0.1..0.2", "seed=1,1", "seed=1..3,2", "seed=1..99999999999"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_grid(std::vector<std::string>{wrong}), UsageError);
  }
  CHECK_THROWS_AS(parse_grid(std::vector<std::string>{"seed=1", "seed=2"}), UsageError);
}

TEST_CASE("the runs of a sweep are all combinations, what is listed last changing fastest") {
  const auto tasks = tasks_of({"memory.slots=32,128", "seed=1..2"}, {{"task.max_length", "5", ""}});
  CHECK(names_of(tasks) == std::vector<std::string>{"copy-ntm-lstm-slots=32-s1", "copy-ntm-lstm-slots=32-s2",
                                                    "copy-ntm-lstm-slots=128-s1",
                                                    "copy-ntm-lstm-slots=128-s2"});
  CHECK(value_in(tasks[2], "memory.slots") == "128");
  CHECK(value_in(tasks[2], "seed") == "1");
  CHECK(value_in(tasks[2], "task.max_length") == "5");
  CHECK(tasks[2].directory == "sweep/copy-ntm-lstm-slots=128-s1");
  CHECK(varying_keys(tasks) == std::vector<std::string>{"memory.slots", "seed"});
}

TEST_CASE("the names of a sweep's runs differ, and are no paths") {
  CHECK(names_of(tasks_of({"task.min_length=1,2", "model.min_length=3,4"}))[0] ==
        "copy-ntm-lstm-task.min_length=1-model.min_length=3");
  CHECK(names_of(tasks_of({"task.word=a/b,a b"})) == std::vector<std::string>{"run-1", "run-2"});
  CHECK(names_of(tasks_of({"task.word=./x,y"}))[0] == "copy-ntm-lstm-word=._x");
  CHECK(names_of(tasks_of({"task.word=x," + std::string(200, 'y')}))[1] == "run-2");
}

TEST_CASE("a sweep of two runs that are the same is refused, whatever they are called") {
  CHECK_THROWS_WITH(expect_valid(tasks_of({"training.learning_rate=1e-3,0.001"})),
                    Contains("are the same run"));
  CHECK_NOTHROW(expect_valid(tasks_of({"training.learning_rate=1e-3,0.002"})));
}

TEST_CASE("a manifest gives the sweep's runs back") {
  const io_test::TemporaryDirectory place;
  auto tasks = tasks_of({"memory.slots=32,128", "seed=1..5"});
  tasks[3].preset = "/my settings/with \"quotes\".ini";
  for (SweepTask& task : tasks) task.directory = place / task.name;
  write_manifest(place, tasks);
  const auto back = read_manifest(place);
  REQUIRE(back.size() == tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    CHECK(back[i].name == tasks[i].name);
    CHECK(back[i].preset == tasks[i].preset);
    CHECK(back[i].directory == tasks[i].directory);
    REQUIRE(back[i].settings.size() == tasks[i].settings.size());
    CHECK(value_in(back[i], "seed") == value_in(tasks[i], "seed"));
    CHECK(value_in(back[i], "memory.slots") == value_in(tasks[i], "memory.slots"));
  }
}

TEST_CASE("a manifest's line that is none is refused by its number") {
  const io_test::TemporaryDirectory place;
  for (const char* wrong :
       {"2  a  preset", "1  a", "x  a  preset", "1  ../a  preset", "1  a  preset  seed"}) {
    CAPTURE(wrong);
    std::ofstream(manifest_path(place)) << "# a comment\n\n" << wrong << "\n";
    CHECK_THROWS_WITH(read_manifest(place), Contains("manifest:3: "));
  }
}

TEST_CASE("the same runs in another order are the same sweep, and others are told") {
  const auto one = tasks_of({"memory.slots=32,128", "seed=1..2"});
  CHECK(with_new_runs("sweep", one, tasks_of({"seed=2,1", "memory.slots=128,32"})).size() == 4);
  CHECK_THROWS_WITH(with_new_runs("sweep", one, tasks_of({"memory.slots=32,128", "seed=2..3"})),
                    Contains("only there:\n    memory.slots=128 seed=1\n    memory.slots=32 seed=1\n"
                             "  only here:\n    memory.slots=128 seed=3\n    memory.slots=32 seed=3"));
}

TEST_CASE("runs that are new in a sweep come behind those that are there, under names of their own") {
  auto there = tasks_of({"memory.slots=32", "seed=1..2"});
  const auto all = with_new_runs("sweep", there, tasks_of({"seed=1..3", "memory.slots=32"}));
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == there[0].name);
  CHECK(value_in(all[2], "seed") == "3");
  CHECK(all[2].directory == std::filesystem::path("sweep") / all[2].name);
  CHECK(begins_with(all, there));
  CHECK_FALSE(begins_with(there, all));
  CHECK_FALSE(begins_with(all, tasks_of({"memory.slots=32", "seed=2"})));
  there[0].name = all[2].name;
  CHECK(with_new_runs("sweep", there, tasks_of({"seed=1..3", "memory.slots=32"}))[2].name == "run-3");
  there[1].name = "run-3";
  CHECK(with_new_runs("sweep", there, tasks_of({"seed=1..3", "memory.slots=32"}))[2].name == "run-4");
}

TEST_CASE("an attempt to train a sweep's run ends as the log says") {
  const io_test::TemporaryDirectory place;
  const auto log = place / "run.log";
  const auto found = [&](const std::string& text) {
    std::ofstream(log) << text;
    return last_attempt(log);
  };
  CHECK_FALSE(last_attempt(place / "none").failed());
  CHECK_FALSE(found("$ ./tapehead train x\nthe run is in y\n").failed());
  CHECK_FALSE(found("$ ./tapehead train x\nexit code 143\n").failed());
  CHECK_FALSE(found("$ ./tapehead train x\nexit code 74\n$ ./tapehead train x\nexit code 0\n").failed());
  const Attempt full =
      found("$ ./tapehead train x\ntapehead: error: sweep/a/run.h5: write failed\nexit code 74\n");
  CHECK(full.failed());
  CHECK(full.code() == ExitCode::io);
  CHECK(full.reason("sweep/a") == "run.h5: write failed (exit code 74: reading or writing failed)");
  const Attempt killed = found("$ ./tapehead train x\nexit code 137\n");
  CHECK(killed.code() == ExitCode::unavailable);
  CHECK(killed.reason("sweep/a") == "it did not say why it ended (exit code 137: ended by SIGKILL)");
}

TEST_CASE("a sweep's progress counts a run that failed as done") {
  const std::vector<SweepTaskState> states = {
      state_of(Status::finished, 80, 100), state_of(Status::failed, 10, 100),
      state_of(Status::running, 50, 200), state_of(Status::waiting, 0, 600)};
  const SweepTotals all = totals(states);
  CHECK(all.share == Approx(0.25));
  CHECK(totals_line(all, 83) == " 25.0 %  1 of 4 finished, 1 running, 1 failed  1:23 left");
  SweepTaskState running = states[2];
  CHECK(task_line("a-s1", running) == "a-s1   25.0 %  50 of 200 sequences  0:00");
  running.loss = 12.3456;
  running.wall_seconds = 7;
  CHECK(task_line("a-s1", running) == "a-s1   25.0 %  50 of 200 sequences  loss 12.35 bit  0:07");
}

TEST_CASE("on a terminal a sweep rewrites a line in all and one per running run, cut to the width") {
  auto now = std::chrono::steady_clock::time_point{};
  const auto tasks = tasks_of({"seed=1..2"});
  std::vector<SweepTaskState> states = {state_of(Status::running, 50, 200),
                                        state_of(Status::waiting, 0, 200)};
  std::ostringstream out;
  {
    SweepProgress progress(out, true, 31, tasks, [&] { return now; });
    progress.show(states);
    CHECK_FALSE(progress.due());
    now += std::chrono::seconds(1);
    CHECK(progress.due());
    states[0].sequences = 100;
    progress.show(states);
  }
  CHECK(out.str() ==
        " 12.5 %  0 of 2 finished, 1 ru\n  copy-ntm-lstm-s1   25.0 %  5\n"
        "\x1b[2A\r\x1b[J 25.0 %  0 of 2 finished, 1 ru\n  copy-ntm-lstm-s1   50.0 %  1\n\x1b[2A\r\x1b[J");
}

TEST_CASE("elsewhere a sweep's progress is a line now and then, the first of them left out") {
  auto now = std::chrono::steady_clock::time_point{};
  const auto tasks = tasks_of({"seed=1..2"});
  std::vector<SweepTaskState> states = {state_of(Status::running, 50, 200),
                                        state_of(Status::waiting, 0, 200)};
  std::ostringstream out;
  SweepProgress progress(out, false, 30, tasks, [&] { return now; });
  progress.show(states);
  now += std::chrono::seconds(5);
  states[0].sequences = 150;
  progress.show(states);
  CHECK(out.str() == " 37.5 %  0 of 2 finished, 1 running  0:13 left\n");
}

TEST_CASE("the table of a sweep shows what varies, and reasons where there are some") {
  const auto tasks = tasks_of({"memory.slots=8,16"}, {{"seed", "4", ""}});
  std::vector<SweepTaskState> states = {state_of(Status::finished, 1200, 1200),
                                        state_of(Status::failed, 7, 1200)};
  states[0].loss = 0.5;
  states[0].wall_seconds = 61;
  states[1].reason = "diverged";
  std::ostringstream out;
  write_sweep_table(out, tasks, states);
  CHECK(out.str() ==
        "run  memory.slots  status    sequences  final loss  wall time  reason\n"
        "  1             8  finished      1,200     0.5 bit       1:01  -\n"
        "  2            16  failed            7           -          -  diverged\n");
}
