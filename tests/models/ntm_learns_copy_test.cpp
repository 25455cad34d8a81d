// An NTM learns to copy with the paper's optimiser, and its controller alone does not in the same time.
#include "framework/memory/ntm_memory.hpp"
#include "framework/models/controller_memory.hpp"
#include "framework/models/lstm_baseline.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/copy.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr std::size_t kUnits = 100;

// The evaluation loss in bits per sequence after at most 20,000 sequences, one at a time.
double trained(Model& model, const Task& task, std::uint64_t seed) {
  TrainingOptions options;
  options.sequences = 20000;
  options.optimizer.optimizer = "rmsprop_graves";
  options.optimizer.learning_rate = 1e-4;
  options.evaluate_every = 2500;
  options.evaluation_sequences = 200;
  options.stop_below = 0.1;
  Trainer trainer(model, task, options, seed, 1);
  trainer.run({}, [] { return false; });
  return trainer.progress().last_loss;
}

}  // namespace

TEST_CASE("an NTM learns to copy up to ten vectors and its controller without memory does not",
          "[models][slow]") {
  Copy::Options lengths;
  lengths.max_length = 10;
  const Copy task(lengths);  // 44 bits by guessing
  NtmMemory::Options memory;
  memory.slots = 32;
  Controller::Options controller;
  controller.controller_size = kUnits;
  LstmBaseline::Options alone;
  alone.units = kUnits;
  alone.layers = 1;
  for (const std::uint64_t seed : {1U, 2U}) {
    INFO("seed " << seed);
    ControllerMemory<NtmMemory> ntm(shape_of(task), controller, memory, seed);
    CHECK(trained(ntm, task, seed) < 0.1);
    LstmBaseline lstm(shape_of(task), alone, seed);
    CHECK(trained(lstm, task, seed) > 5);
  }
}
