// A training run small enough for tests: an NTM that learns to copy short sequences.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "framework/memory/ntm_memory.hpp"
#include "framework/models/controller_memory.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/copy.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

inline Copy small_task() {
  Copy::Options options;
  options.max_length = 6;
  options.bits = 4;
  return Copy(options);
}

inline std::unique_ptr<Model> small_ntm(const Task& task, std::uint64_t seed = 1) {
  Controller::Options controller;
  controller.controller_size = 20;
  NtmMemory::Options memory;
  memory.slots = 20;
  memory.width = 8;
  return std::make_unique<ControllerMemory<NtmMemory>>(shape_of(task), controller, memory, seed);
}

inline TrainingOptions small_options() {
  TrainingOptions options;
  options.steps = 200;
  options.batch = 16;
  options.optimizer.learning_rate = 1e-3;
  options.log_every = 10;
  options.evaluate_every = 60;
  options.evaluation_sequences = 20;
  options.checkpoint_every = 90;
  return options;
}

/// Task, model and trainer, and everything the trainer told.
class SmallRun final : public TrainingObserver {
 public:
  explicit SmallRun(const TrainingOptions& options = small_options(), std::size_t threads = 1,
                    std::uint64_t seed = 1)
      : model(small_ntm(task, seed)), trainer(*model, task, options, seed, threads) {}

  /// Trains to the end, or until `steps` updates are done.
  Ending run(std::uint64_t steps = ~std::uint64_t{0}) {
    TrainingObserver* const self = this;
    return trainer.run(std::span(&self, 1), [&] { return trainer.progress().step >= steps; });
  }

  void on_step(const Trainer&) override { ++steps_told; }
  void on_row(const Trainer&, const TrainingRow& row) override { rows.push_back(row); }
  void on_evaluation(const Trainer&, const EvaluationRow& row) override { evaluations.push_back(row); }
  void on_checkpoint(const Trainer& t) override { checkpoints.push_back(t.progress().step); }

  std::span<const Real> parameters() const { return model->parameters().flat(); }

  Copy task = small_task();
  std::unique_ptr<Model> model;
  Trainer trainer;
  std::size_t steps_told = 0;
  std::vector<TrainingRow> rows;
  std::vector<EvaluationRow> evaluations;
  std::vector<std::uint64_t> checkpoints;
};

/// Whether both hold the same bits.
inline bool same_bits(std::span<const Real> a, std::span<const Real> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
