// run.h5 as it is read: whole, while it is written, after a kill, damaged.
#include "framework/io/run_reader.hpp"

#include <chrono>
#include <cmath>
#include <thread>

#include "framework/io/run_repair.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

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
