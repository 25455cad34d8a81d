// Writes a run in a given number of flushes, for the tests that stop it at every single write.
//
//   write_flushes RUN FLUSHES ROWS
//
// Each flush brings so many rows of training and one evaluation; after every third one there is a checkpoint. RUN/log.txt
// gets a line for what is safe from then on: "flushed STEP" and "checkpoint STEP". Everything follows from the step, so
// that two such runs are equal: loss 1/step, wall_time step/4, and the evaluation's loss 2/step.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_writer.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"

namespace {

using namespace tapehead;

constexpr int kFlushesPerCheckpoint = 3;

void write(const std::filesystem::path& run, int flushes, int rows) {
  RunWriter writer = RunWriter::create(run, io_test::example_description());
  std::ofstream log(run / "log.txt");
  std::int64_t step = 0;
  for (int flush = 1; flush <= flushes; ++flush) {
    for (int row = 0; row < rows; ++row) {
      ++step;
      writer.append_train(step, io_test::example_row(step));
    }
    writer.append_eval(step, std::vector<double>{2.0 / static_cast<double>(step)});
    writer.set_summary("best_loss", 2.0 / static_cast<double>(step));
    writer.flush();
    log << "flushed " << step << std::endl;
    if (flush % kFlushesPerCheckpoint != 0) continue;
    Checkpoint checkpoint = io_test::example_checkpoint(1);
    checkpoint.step = step;
    checkpoint.metrics = writer.metrics();
    write_checkpoint(checkpoint_path(run, step), checkpoint);
    prune_checkpoints(run, step);
    log << "checkpoint " << step << std::endl;
  }
  writer.finish(RunStatus::finished);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: write_flushes RUN FLUSHES ROWS\n";
    return 2;
  }
  try {
    write(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return static_cast<int>(error.code());
  }
  return 0;
}
