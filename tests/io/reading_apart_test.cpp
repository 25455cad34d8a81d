// What HDF5 would do to us it does to a child process.
#include "framework/io/reading_apart.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "framework/io/run_lock.hpp"
#include "tests/io/written_runs.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

using Numbers = std::vector<std::int64_t>;

template <class Action>
Numbers apart(Action&& action) {
  return hdf5::reading_apart("a.h5", "file", [&]() -> Numbers { return action(); });
}

}  // namespace

TEST_CASE("what is read in a child process arrives, and nothing else is changed", "[io]") {
  Numbers many(1 << 18);  // more than a pipe holds
  std::iota(many.begin(), many.end(), -5);
  int here = 0;
  CHECK(apart([&] {
          here = 1;
          return many;
        }) == many);
  CHECK(here == 0);
}

TEST_CASE("what crashes in a child process is a damaged file to its parent", "[io]") {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) {
    const auto crash = [&] {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
      return Numbers();
    };
    CHECK_THROWS_WITH(apart(crash), "a.h5: damaged: HDF5 crashes on it");
  }
  // As a sanitizer ends a process.
  const auto end = []() -> Numbers { std::_Exit(77); };
  CHECK_THROWS_AS(apart(end), DataError);
}

TEST_CASE("what never ends in a child process is a damaged file to its parent", "[io]") {
  const auto endless = []() -> Numbers {
    std::atomic<unsigned> turns = 0;
    for (;;) ++turns;
  };
  CHECK_THROWS_WITH(apart(endless), "a.h5: damaged: HDF5 reads it without end");
}

TEST_CASE("a child process does not outlive its parent, nor keep the run's lock", "[io]") {
  const TemporaryDirectory run;
  KilledProcess parent([&](auto&& ready) {
    const RunLock lock(run);
    apart([&]() -> Numbers {
      ready();
      for (;;) ::pause();
    });
  });
  CHECK(RunLock::held(run));
  parent.kill();
  for (int i = 0; i < 200 && RunLock::held(run); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK_FALSE(RunLock::held(run));
}

TEST_CASE("what is refused in a child process is refused here in the same words", "[io]") {
  const auto refuse = []() -> Numbers { throw hdf5::Failure("as always"); };
  CHECK_THROWS_AS(apart(refuse), DataError);
  CHECK_THROWS_WITH(apart(refuse), "a.h5: damaged, or not a file: as always");
}

TEST_CASE("a run and its traces are the same after packing and unpacking", "[io]") {
  RunContents contents;
  contents.info = example_description().info;
  contents.info.vocabulary = {"Mary", "", "füße"};
  contents.metrics = example_checkpoint(7).metrics;
  contents.status = RunStatus::diverged;
  contents.end_unix_time = 1.5;
  const auto bytes = packed(contents);
  const auto read = unpacked<RunContents>(bytes);
  CHECK(packed(read) == bytes);
  CHECK(read.info.config == contents.info.config);
  CHECK(read.info.vocabulary == contents.info.vocabulary);
  CHECK(read.metrics.train.columns[1].values == contents.metrics.train.columns[1].values);
  CHECK(read.metrics.summary[0].value == 0.125);
  CHECK(read.status == RunStatus::diverged);
  CHECK(read.end_unix_time == 1.5);
  const auto traces = unpacked<TraceSet>(packed(example_traces()));
  CHECK(traces.tensors.back().axes == example_traces().tensors.back().axes);
  CHECK(traces.tensors.back().values == example_traces().tensors.back().values);
  for (const std::size_t cut : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1})
    CHECK_THROWS_AS(unpacked<RunContents>(std::span(bytes).first(cut)), std::runtime_error);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
