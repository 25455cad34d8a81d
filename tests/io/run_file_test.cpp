// run.h5 as it is written, read, resumed and added to.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void append_rows(RunWriter& writer, std::int64_t first, std::int64_t last) {
  for (std::int64_t step = first; step <= last; ++step) writer.append_train(step, example_row(step));
}

void write_finished_run(const std::filesystem::path& run, std::int64_t steps) {
  RunWriter writer = RunWriter::create(run, example_description());
  append_rows(writer, 1, steps);
  writer.append_eval(steps, std::vector<double>{0.5});
  writer.finish(RunStatus::finished);
}

void check_train_rows(const MetricsTable& train, std::size_t rows) {
  REQUIRE(train.step.size() == rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto step = static_cast<std::int64_t>(i + 1);
    REQUIRE(train.step[i] == step);
    REQUIRE(train.columns[0].values[i] == example_row(step)[0]);
    REQUIRE(train.columns[1].values[i] == example_row(step)[1]);
  }
}

/// Runs `write` in another process, which is killed once it has waited for it; `write` must not return.
class KilledProcess {
 public:
  template <class Write>
  explicit KilledProcess(Write&& write) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      try {
        write([&] { static_cast<void>(!::write(ends[1], "r", 1)); });
      } catch (...) {
      }
      ::_exit(1);
    }
    char ready = 0;
    REQUIRE(::read(ends[0], &ready, 1) == 1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~KilledProcess() { kill(); }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
};

template <class Ready>
[[noreturn]] void write_rows_and_wait(const std::filesystem::path& run, std::int64_t rows, Ready&& ready) {
  RunWriter writer = RunWriter::create(run, example_description());
  append_rows(writer, 1, rows);
  writer.append_eval(rows, std::vector<double>{0.5});
  writer.flush();
  writer.append_train(rows + 1, example_row(rows + 1));  // kept in memory, and lost
  ready();
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("a finished run is read back as it was written", "[io]") {
  const TemporaryDirectory run;
  const RunDescription description = example_description();
  {
    RunWriter writer = RunWriter::create(run, description);
    append_rows(writer, 1, 5000);  // more than fit in memory at once, and more than four chunks
    writer.append_eval(2500, std::vector<double>{0.25});
    writer.set_summary("best_loss", 0.25);
    writer.finish(RunStatus::finished);
  }
  const RunReader reader(run);
  const RunContents& contents = reader.contents();
  CHECK(reader.status() == "finished");
  CHECK(contents.info.title == description.info.title);
  CHECK(contents.info.run_id == description.info.run_id);
  CHECK(contents.info.settings == description.info.settings);
  CHECK(contents.info.config == description.info.config);
  CHECK(contents.info.provenance == description.info.provenance);
  check_train_rows(contents.metrics.train, 5000);
  CHECK(contents.metrics.train.columns[1].column.units == "s");
  CHECK(contents.metrics.train.columns[1].column.long_name == "time since the start");
  CHECK(contents.metrics.eval.step == std::vector<std::int64_t>{2500});
  CHECK(contents.metrics.eval.find("loss")->values == std::vector<double>{0.25});
  CHECK(contents.metrics.summary[0].value == 0.25);
  CHECK(std::isnan(contents.metrics.summary[1].value));
  CHECK(contents.metrics.wall_seconds > 0);
  CHECK(contents.end_unix_time > 1.7e9);
  CHECK(file_names(run) == std::vector<std::string>{"checkpoints", "lock", "run.h5"});
}

TEST_CASE("words of a vocabulary are kept in order", "[io]") {
  const TemporaryDirectory run;
  RunDescription description = example_description();
  description.info.vocabulary = {"Mary", "", "kitchen", "füße"};
  RunWriter::create(run, description).finish(RunStatus::finished);
  repair_run(run);
  CHECK(RunReader(run).contents().info.vocabulary == description.info.vocabulary);
}

TEST_CASE("two runs alike have the same bytes, clocks aside", "[io]") {
  const TemporaryDirectory first, second;
  for (const std::filesystem::path& run : {std::filesystem::path(first), std::filesystem::path(second)}) {
    write_finished_run(run, 100);
  }
  const std::string a = file_bytes(first / "run.h5");
  const std::string b = file_bytes(second / "run.h5");
  REQUIRE(a.size() == b.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i];
  CHECK(different <= 2 * sizeof(double));  // wall_seconds and end_unix_time
}

TEST_CASE("every status is read back by its name", "[io]") {
  const auto [status, name] = GENERATE(table<RunStatus, std::string>({{RunStatus::finished, "finished"},
                                                                      {RunStatus::interrupted, "interrupted"},
                                                                      {RunStatus::diverged, "diverged"},
                                                                      {RunStatus::failed, "failed"}}));
  const TemporaryDirectory run;
  RunWriter::create(run, example_description()).finish(status);
  CHECK(RunReader(run).status() == name);
}

TEST_CASE("a run whose writer goes away without finishing has failed, with all its rows", "[io]") {
  const TemporaryDirectory run;
  {
    RunWriter writer = RunWriter::create(run, example_description());
    append_rows(writer, 1, 3);
  }
  const RunReader reader(run);
  CHECK(reader.status() == "failed");
  check_train_rows(reader.contents().metrics.train, 3);
}

TEST_CASE("a second writer of a run is refused with exit code 74", "[io]") {
  const TemporaryDirectory run;
  const RunWriter writer = RunWriter::create(run, example_description());
  CHECK_THROWS_AS(RunWriter::create(run, example_description()), IoError);
  CHECK_THROWS_WITH(write_traces(run, "length_5", example_traces()),
                    Catch::Contains("another process is writing"));
}

TEST_CASE("a new run is not started over an old one", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 1);
  CHECK_THROWS_AS(RunWriter::create(run, example_description()), UsageError);
}

TEST_CASE("rows that do not fit the table are refused", "[io]") {
  const TemporaryDirectory run;
  RunWriter writer = RunWriter::create(run, example_description());
  CHECK_THROWS_AS(writer.append_train(1, std::vector<double>{1.0}), std::invalid_argument);
  writer.append_train(2, example_row(2));
  CHECK_THROWS_AS(writer.append_train(2, example_row(2)), std::invalid_argument);
  CHECK_THROWS_AS(writer.set_summary("no such", 1), std::invalid_argument);
}

TEST_CASE("a run is read while it is written, and after kill -9", "[io]") {
  const TemporaryDirectory run;
  KilledProcess writer([&](auto&& ready) { write_rows_and_wait(run, 2000, ready); });
  {
    const RunReader reader(run);
    CHECK(reader.status() == "running");
    check_train_rows(reader.contents().metrics.train, 2000);
    CHECK(std::isnan(reader.contents().end_unix_time));
  }
  CHECK_THROWS_AS(repair_run(run), IoError);
  writer.kill();
  const RunReader reader(run);
  CHECK(reader.status() == "killed");
  check_train_rows(reader.contents().metrics.train, 2000);
  CHECK(reader.contents().metrics.eval.step == std::vector<std::int64_t>{2000});
}

TEST_CASE("a run killed at any moment keeps what was flushed", "[io]") {
  for (int trial = 0; trial < 12; ++trial) {
    const TemporaryDirectory run;
    KilledProcess writer([&](auto&& ready) {
      RunWriter endless = RunWriter::create(run, example_description());
      append_rows(endless, 1, 10);
      endless.flush();
      ready();
      for (std::int64_t step = 11;; ++step) {
        endless.append_train(step, example_row(step));
        if (step % 7 == 0) endless.flush();
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(1500 * trial));
    writer.kill();
    const RunReader reader(run);
    const std::size_t rows = reader.contents().metrics.train.step.size();
    CHECK(rows >= 10);
    check_train_rows(reader.contents().metrics.train, rows);
    repair_run(run);
    check_train_rows(RunReader(run).contents().metrics.train, rows);
  }
}

TEST_CASE("repair makes an ordinary file of a killed run, and keeps its status", "[io]") {
  const TemporaryDirectory run;
  KilledProcess([&](auto&& ready) { write_rows_and_wait(run, 1500, ready); }).kill();
  repair_run(run);
  CHECK(file_bytes(run / "run.h5")[11] == 0);  // the superblock's mark of a file that is open
  const RunReader reader(run);
  CHECK(reader.status() == "killed");
  check_train_rows(reader.contents().metrics.train, 1500);
}

TEST_CASE("traces are added to a run and replaced by name", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  write_traces(run, "length_5", example_traces());
  write_traces(run, "length_9", example_traces({10}));
  write_traces(run, "length_5", example_traces({10, 20, 30}));
  const RunReader reader(run);
  CHECK(reader.probes() == std::vector<std::string>{"length_5", "length_9"});
  CHECK(reader.status() == "finished");
  check_train_rows(reader.contents().metrics.train, 10);
  const TraceSet expected = example_traces({10, 20, 30});
  const TraceSet traces = reader.traces("length_5");
  CHECK(traces.steps == expected.steps);
  REQUIRE(traces.tensors.size() == expected.tensors.size());
  for (std::size_t i = 0; i < traces.tensors.size(); ++i) {
    CHECK(traces.tensors[i].name == expected.tensors[i].name);
    CHECK(traces.tensors[i].long_name == expected.tensors[i].long_name);
    CHECK(traces.tensors[i].axes == expected.tensors[i].axes);
    CHECK(traces.tensors[i].shape == expected.tensors[i].shape);
    CHECK(traces.tensors[i].values == expected.tensors[i].values);
  }
  CHECK_THROWS_AS(reader.traces("length_7"), UnavailableError);
}

TEST_CASE("traces that do not fit together are refused before the run is touched", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  const std::string before = file_bytes(run / "run.h5");
  TraceSet wrong_count = example_traces();
  wrong_count.tensors[0].values.pop_back();
  CHECK_THROWS_AS(write_traces(run, "a", wrong_count), std::invalid_argument);
  TraceSet wrong_steps = example_traces();
  wrong_steps.steps.push_back(30);
  CHECK_THROWS_AS(write_traces(run, "a", wrong_steps), std::invalid_argument);
  TraceSet same_axis = example_traces({1});
  same_axis.tensors.push_back(example_tensor("link", {"step", "slot", "slot"}, {1, 7, 7}));
  CHECK_THROWS_AS(write_traces(run, "a", same_axis), std::invalid_argument);
  CHECK(file_bytes(run / "run.h5") == before);
}

TEST_CASE("a later evaluation fills in the row of its step, or adds one", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  add_eval_columns(run, 10,
                   {{{"bits_length_20", "bit", "cost"}, 3.5}, {{"wrong_bits_length_20", "1", ""}, 2}});
  add_eval_columns(run, 8, {{{"bits_length_20", "bit", "cost"}, 4.5}});
  const RunContents contents = RunReader(run).contents();
  const MetricsTable& eval = contents.metrics.eval;
  CHECK(eval.step == std::vector<std::int64_t>{8, 10});
  CHECK(std::isnan(eval.find("loss")->values[0]));
  CHECK(eval.find("loss")->values[1] == 0.5);
  CHECK(eval.find("bits_length_20")->values == std::vector<double>{4.5, 3.5});
  CHECK(eval.find("bits_length_20")->column.units == "bit");
  CHECK(eval.find("wrong_bits_length_20")->values[1] == 2);
}

TEST_CASE("a resumed run has the checkpoint's rows, and of the old file what was added later", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  add_eval_columns(run, 4, {{{"bits_length_20", "bit", "cost"}, 4.5}});
  add_eval_columns(run, 10, {{{"bits_length_20", "bit", "cost"}, 3.5}});
  write_traces(run, "early", example_traces({2, 4}));
  write_traces(run, "both", example_traces({4, 9}));
  write_traces(run, "late", example_traces({9}));
  std::vector<std::string> warnings;
  {
    RunWriter writer = RunWriter::resume(RunLock(run), run, example_description(),
                                         example_checkpoint(6).metrics, 6, warnings);
    append_rows(writer, 7, 8);
    writer.append_eval(8, std::vector<double>{0.75});
    writer.finish(RunStatus::finished);
  }
  CHECK(warnings.empty());
  const RunReader reader(run);
  check_train_rows(reader.contents().metrics.train, 8);
  const MetricsTable& eval = reader.contents().metrics.eval;
  CHECK(eval.step == std::vector<std::int64_t>{4, 8});
  CHECK(eval.find("loss")->values[1] == 0.75);
  CHECK(eval.find("bits_length_20")->values[0] == 4.5);
  CHECK(std::isnan(eval.find("bits_length_20")->values[1]));
  CHECK(reader.contents().metrics.summary[0].value == 0.125);
  CHECK(reader.contents().metrics.wall_seconds >= 12.5);
  CHECK(reader.probes() == std::vector<std::string>{"early", "both"});
  CHECK(reader.traces("both").steps == std::vector<std::int64_t>{4});
  CHECK(reader.traces("both").tensors[0].values.size() == example_traces({4}).tensors[0].values.size());
}

TEST_CASE("a run is resumed from its checkpoint alone when run.h5 is damaged", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  replace_bytes(run / "run.h5", "no longer HDF5");
  std::vector<std::string> warnings;
  RunWriter::resume(RunLock(run), run, example_description(), example_checkpoint(6).metrics, 6, warnings)
      .finish(RunStatus::finished);
  CHECK(warnings.size() == 1);
  check_train_rows(RunReader(run).contents().metrics.train, 6);
}

TEST_CASE("metrics for a checkpoint are those written so far", "[io]") {
  const TemporaryDirectory run;
  RunWriter writer = RunWriter::create(run, example_description());
  append_rows(writer, 1, 1030);
  writer.append_eval(1030, std::vector<double>{kMissing});
  const RunMetrics metrics = writer.metrics();
  check_train_rows(metrics.train, 1030);
  CHECK(std::isnan(metrics.eval.columns[0].values[0]));
  append_rows(writer, 1031, 1040);
  check_train_rows(writer.metrics().train, 1040);
}

TEST_CASE("damaged and foreign runs are refused by name with exit code 65", "[io]") {
  const TemporaryDirectory run;
  CHECK_THROWS_AS(RunReader(run), DataError);
  replace_bytes(run / "run.h5", "not HDF5");
  CHECK_THROWS_WITH(RunReader(run), Catch::Contains("run.h5: damaged, or not a run file"));
  write_checkpoint(run / "run.h5", example_checkpoint(1));
  CHECK_THROWS_WITH(RunReader(run), Catch::Contains("Tapehead-checkpoint-1"));
  CHECK_THROWS_AS(RunReader(run), DataError);
}

TEST_CASE("a killed run with a damaged object is refused, and soon", "[io]") {
  const TemporaryDirectory run;
  KilledProcess([&](auto&& ready) { write_rows_and_wait(run, 100, ready); }).kill();
  const std::string good = file_bytes(run / "run.h5");
  const std::string signature = "OHDR";  // of a group or dataset, whose header has a checksum
  int objects = 0;
  for (auto at = good.find(signature); at != std::string::npos; at = good.find(signature, at + 1)) {
    std::string damaged = good;
    damaged[at + 20] = static_cast<char>(~damaged[at + 20]);
    replace_bytes(run / "run.h5", damaged);
    const auto start = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(RunReader(run), DataError);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
    ++objects;
  }
  CHECK(objects > 10);
}

TEST_CASE("a run cut short is refused", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 2000);
  const std::string bytes = file_bytes(run / "run.h5");
  for (const std::size_t part : {1UL, 2UL, 5UL, 9UL}) {
    replace_bytes(run / "run.h5", bytes.substr(0, bytes.size() * part / 10));
    CHECK_THROWS_AS(RunReader(run), DataError);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
