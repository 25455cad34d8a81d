// Runs as the tests of framework/io write them, in this process or in one that is killed, and what their rows must be.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/io/run_writer.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

inline void append_rows(RunWriter& writer, std::int64_t first, std::int64_t last) {
  for (std::int64_t step = first; step <= last; ++step) writer.append_train(step, example_row(step));
}

inline void write_finished_run(const std::filesystem::path& run, std::int64_t steps) {
  RunWriter writer = RunWriter::create(run, example_description());
  append_rows(writer, 1, steps);
  writer.append_eval(steps, std::vector<double>{0.5});
  writer.finish(RunStatus::finished);
}

inline void check_train_rows(const MetricsTable& train, std::size_t rows) {
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
}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
