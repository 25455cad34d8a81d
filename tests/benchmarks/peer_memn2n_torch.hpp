// The peer of the end-to-end memory network: the same model in libtorch with as few operations as it can be written in.
#pragma once

#include <cstddef>
#include <memory>

#include "framework/data/batch.hpp"
#include "tests/benchmarks/model_subject.hpp"

namespace tapehead::bench {

class TorchMemN2N {
 public:
  virtual ~TorchMemN2N() = default;

  /// Every parameter by its path in ours.
  virtual void set_parameters(const NamedValues& parameters) = 0;

  /// The summed cost of a batch in nats; leaves its gradient.
  virtual double forward_backward(const StoryBatch& stories) = 0;

  /// Limits the norm of each table's gradient to 40 and takes a step of stochastic gradient descent.
  virtual void update() = 0;

  /// The gradient of the last forward_backward(), by the paths of our parameters.
  virtual NamedValues gradients() const = 0;
};

/// With adjacent tying, the paper's position encoding and time, in single precision, for one thread.
std::unique_ptr<TorchMemN2N> torch_memn2n(std::size_t hops, std::size_t width, const StoryShape& story);

}  // namespace tapehead::bench
