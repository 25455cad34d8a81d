// Our side of the copy benchmark: the network of ntm_copy_shapes.hpp in training on sequences of one length.
#pragma once

#include <cstddef>
#include <memory>

#include "framework/data/batch.hpp"
#include "framework/models/model.hpp"
#include "framework/training/trainer.hpp"
#include "tasks/copy.hpp"
#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

class NtmCopySubject {
 public:
  NtmCopySubject(std::size_t batch, std::size_t length, std::size_t threads);

  /// A whole training step as a run makes it: draw a batch, forward, backward, clip, update.
  void step() { trainer_->step(); }

  /// Fresh sequences of the fixed length.
  SequenceBatch sample(std::uint64_t step) const;

  struct CostAndGradient {
    double bits;  // per sequence
    NtmCopyParameters gradient;
  };
  /// On one tape, without training.
  CostAndGradient differentiate(const SequenceBatch& sequences) const;

  NtmCopyParameters parameters() const;

 private:
  Copy task_;
  std::size_t batch_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace tapehead::bench
