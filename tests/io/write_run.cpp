// Writes runs for the tests that read them with other programs, or while they are written.
//
//   write_run finished RUN    a finished run of 100 steps with evaluations and traces
//   write_run running RUN     a run that goes on until it is killed or its standard input ends; prints
//   "ready"
//                             when the first rows are in the file
//   write_run checkpoint FILE
#include <poll.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include "framework/io/run_revision.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"

namespace {

using namespace tapehead;

void write_finished(const std::filesystem::path& run) {
  RunWriter writer = RunWriter::create(run, io_test::example_description());
  for (std::int64_t step = 1; step <= 100; ++step) {
    writer.append_train(step, io_test::example_row(step));
    if (step % 50 == 0) writer.append_eval(step, std::vector<double>{2.0 / static_cast<double>(step)});
    writer.flush_if_due();
  }
  writer.set_summary("best_loss", 0.02);
  writer.finish(RunStatus::finished);
  write_traces(run, "length_5", io_test::example_traces());
  add_eval_columns(run, 100,
                   {{.column = {"bits_length_20", "bit", "cost per sequence of length 20"}, .value = 3.5}});
}

bool input_ended() {
  pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) > 0;
}

void write_until_killed(const std::filesystem::path& run) {
  RunWriter writer = RunWriter::create(run, io_test::example_description());
  for (std::int64_t step = 1; !input_ended(); ++step) {
    writer.append_train(step, io_test::example_row(step));
    if (step % 10 == 0) writer.append_eval(step, std::vector<double>{2.0 / static_cast<double>(step)});
    if (step == 20) {
      writer.flush();
      std::cout << "ready" << std::endl;
    }
    writer.flush_if_due();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  writer.finish(RunStatus::interrupted);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 3 ? argv[1] : "";
  try {
    if (what == "finished") {
      write_finished(argv[2]);
    } else if (what == "running") {
      write_until_killed(argv[2]);
    } else if (what == "checkpoint") {
      write_checkpoint(argv[2], io_test::example_checkpoint(3));
    } else {
      std::cerr << "usage: write_run finished|running|checkpoint PATH\n";
      return 2;
    }
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return static_cast<int>(error.code());
  }
  return 0;
}
