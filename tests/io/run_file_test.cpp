// run.h5 as it is written and resumed.
#include <cmath>

#include "framework/io/durable_file.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

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

TEST_CASE("a resumed run fills in the row that a later evaluation made where it was stopped", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 5);
  add_eval_columns(run, 6, {{{"bits_length_20", "bit", "cost"}, 3.5}});
  std::vector<std::string> warnings;
  RunWriter writer =
      RunWriter::resume(RunLock(run), run, example_description(), example_checkpoint(6).metrics, 6, warnings);
  writer.append_eval(6, std::vector<double>{0.75});
  CHECK_THROWS_AS(writer.append_eval(6, std::vector<double>{0.75}), std::invalid_argument);
  writer.flush();
  CHECK_THROWS_AS(writer.append_eval(6, std::vector<double>{0.75}), std::invalid_argument);
  writer.append_eval(7, std::vector<double>{0.25});
  writer.finish(RunStatus::finished);
  const MetricsTable eval = RunReader(run).contents().metrics.eval;
  CHECK(eval.step == std::vector<std::int64_t>{6, 7});
  CHECK(eval.find("loss")->values == std::vector<double>{0.75, 0.25});
  CHECK(eval.find("bits_length_20")->values[0] == 3.5);
  CHECK(std::isnan(eval.find("bits_length_20")->values[1]));
}

TEST_CASE("a run is resumed from its checkpoint alone when run.h5 is damaged", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  replace_bytes(run / "run.h5", "no longer HDF5");
  std::vector<std::string> warnings;
  RunWriter::resume(RunLock(run), run, example_description(), example_checkpoint(6).metrics, 6, warnings)
      .finish(RunStatus::finished);
  CHECK(warnings.size() == 2);
  CHECK(read_bytes(run / "run.h5.bad").size() == std::string("no longer HDF5").size());
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

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
