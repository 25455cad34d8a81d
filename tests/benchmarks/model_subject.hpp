// Our side of a comparison: one of the paper's networks in training on sequences of one length.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/data/batch.hpp"
#include "framework/data/task.hpp"
#include "framework/models/model.hpp"
#include "framework/training/trainer.hpp"
#include "tests/benchmarks/networks.hpp"

namespace tapehead::bench {

/// Every parameter of a network by its path, or the gradient of each; row-major.
using NamedValues = std::map<std::string, std::vector<float>>;

/// The parts of a flat buffer that is laid out like the parameters.
NamedValues parts(const Parameters& parameters, const Real* flat);

/// Random bits of a network's shapes, scored where its task is: what a step costs does not depend on what they say.
std::unique_ptr<Task> synthetic_task(const Network& network);

class ModelSubject {
 public:
  /// The task's batches must have the network's shapes.
  ModelSubject(const Network& network, std::unique_ptr<Task> task, std::size_t batch, std::size_t threads);

  /// A whole training step as a run makes it: draw a batch, forward, backward, clip, update.
  void step() { trainer_->step(); }

  /// Fresh sequences.
  SequenceBatch sample(std::uint64_t step) const;

  struct CostAndGradient {
    double bits;  // per sequence
    NamedValues gradient;
  };
  /// On one tape, without training.
  CostAndGradient differentiate(const SequenceBatch& sequences) const;

  NamedValues parameters() const;

 private:
  std::unique_ptr<Task> task_;
  std::size_t batch_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace tapehead::bench
