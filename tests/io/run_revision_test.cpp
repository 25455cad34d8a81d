// What is added to a run that is over.
#include "framework/io/run_revision.hpp"

#include <cmath>

#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/written_runs.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

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

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
