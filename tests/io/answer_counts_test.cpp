// Counted answers, added to a run that is over. What stands in the file afterwards is checked from Python: test_stories.py.
#include "framework/io/answer_counts.hpp"

#include "framework/io/run_reader.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

TEST_CASE("answers are added to a run, and its rows and traces stay", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  write_traces(run, "length_5", example_traces());
  CHECK(RunReader(run).additions().empty());
  write_answer_counts(run, {{.set = "test", .step = 10, .rows = {{1, 2, 2, 5}, {1, 2, 3, 1}}}});
  const std::vector<std::byte> once = RunReader(run).additions();
  CHECK_FALSE(once.empty());
  // Replaced, not added to.
  write_answer_counts(run, {{.set = "test", .step = 10, .rows = {{1, 2, 2, 6}, {1, 2, 3, 2}}}});
  CHECK(RunReader(run).additions().size() == once.size());
  write_answer_counts(run, {{.set = "test_task_1", .step = 10, .rows = {{1, 2, 2, 5}}}});
  const RunReader reader(run);
  CHECK(reader.additions().size() > once.size());
  CHECK(reader.probes() == std::vector<std::string>{"length_5"});
  CHECK(reader.status() == "finished");
  check_train_rows(reader.contents().metrics.train, 10);
}

TEST_CASE("a set without answers is refused before the run is touched", "[io]") {
  const TemporaryDirectory run;
  write_finished_run(run, 10);
  const std::string before = file_bytes(run / "run.h5");
  CHECK_THROWS_AS(write_answer_counts(run, {{.set = "test", .step = 10, .rows = {}}}), std::invalid_argument);
  CHECK(file_bytes(run / "run.h5") == before);
  CHECK_THROWS_AS(write_answer_counts(run / "nowhere", {{.set = "test", .step = 1, .rows = {{1, 1, 1, 1}}}}),
                  DataError);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
