// run.h5 made whole again after a kill or damage.
#include "framework/io/run_repair.hpp"

#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

TEST_CASE("words of a vocabulary are kept in order", "[io]") {
  const TemporaryDirectory run;
  RunDescription description = example_description();
  description.info.vocabulary = {"Mary", "", "kitchen", "füße"};
  RunWriter::create(run, description).finish(RunStatus::finished);
  repair_run(run);
  CHECK(RunReader(run).contents().info.vocabulary == description.info.vocabulary);
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

TEST_CASE("repair leaves a file alone that any program reads", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  write_traces(run, "length_5", example_traces());
  const std::string before = file_bytes(run / "run.h5");
  const Repair repair = repair_run(run);
  CHECK(repair.done == Repair::Done::nothing);
  CHECK(repair.probes == std::vector<std::string>{"length_5"});
  CHECK(file_bytes(run / "run.h5") == before);
}

TEST_CASE("a damaged trace is left out by repair, and the damaged file kept", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  write_traces(run, "length_5", example_traces());
  write_traces(run, "length_9", example_traces());
  std::string bytes = file_bytes(run / "run.h5");
  const auto compressed = bytes.rfind("\x78\x5e");  // what zlib begins with at level 4
  REQUIRE(compressed != std::string::npos);
  bytes[compressed + 10] = static_cast<char>(~bytes[compressed + 10]);
  replace_bytes(run / "run.h5", bytes);
  const Repair repair = repair_run(run);
  CHECK(repair.done == Repair::Done::made_ordinary);
  CHECK(repair.probes.size() == 1);
  REQUIRE(repair.lost.size() == 1);
  CHECK_THAT(repair.lost.front(), Catch::StartsWith("trace 'length_"));
  CHECK(repair.old_file == run / "run.h5.bad");
  CHECK(file_bytes(run / "run.h5.bad") == bytes);
  check_train_rows(RunReader(run).contents().metrics.train, 10);
  CHECK(repair_run(run).done == Repair::Done::nothing);
}

TEST_CASE("a damaged run.h5 is rebuilt from a checkpoint and the rows that can be read after it", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 30);
  write_traces(run, "length_5", example_traces());
  std::string bytes = file_bytes(run / "run.h5");
  const auto setting = bytes.find("training.batch");  // in a block with a checksum
  REQUIRE(setting != std::string::npos);
  bytes[setting] = 'T';
  replace_bytes(run / "run.h5", bytes);
  REQUIRE_THROWS_AS(repair_run(run), DataError);
  RunContents checkpoint;
  checkpoint.info = example_description().info;
  checkpoint.info.provenance.clear();
  checkpoint.metrics = example_checkpoint(20).metrics;
  const Repair repair = rebuild_run(RunLock(run), run, checkpoint, 20);
  CHECK(repair.done == Repair::Done::rebuilt);
  CHECK(file_bytes(repair.old_file) == bytes);
  const RunReader reader(run);
  check_train_rows(reader.contents().metrics.train, 30);
  CHECK(reader.contents().info.config == example_description().info.config);
  CHECK(reader.contents().info.provenance == example_description().info.provenance);
  CHECK(reader.status() == "finished");
  CHECK(reader.probes() == std::vector<std::string>{"length_5"});
}

TEST_CASE("a missing run.h5 is rebuilt from a checkpoint, and counts as killed", "[io]") {
  const TemporaryDirectory run;
  RunContents checkpoint;
  checkpoint.info = example_description().info;
  checkpoint.metrics = example_checkpoint(20).metrics;
  CHECK_THROWS_AS(repair_run(run), DataError);
  const Repair repair = rebuild_run(RunLock(run), run, checkpoint, 20);
  CHECK(repair.lost.empty());
  CHECK(repair.old_file.empty());
  const RunReader reader(run);
  check_train_rows(reader.contents().metrics.train, 20);
  CHECK(reader.status() == "killed");
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
