// Parameters: what a model learns, by path, in one flat buffer.
//
// A module registers each of its parameters under a path while the model is built ("memory/heads/weight"); that is
// also its name in checkpoints. When the model is complete, all are laid out behind each other, each aligned to a
// cache line. On a tape that was reset with leaves(), parameter p is Var{p}, the handle that registration returned.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/tensor/arena.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Fills a parameter with its starting values, drawn from a stream of its own.
using Initializer = std::function<void(Draws& draws, const Shape& shape, std::span<Real> values)>;

struct Parameter {
  std::string path;
  Shape shape;
  Initializer initializer;
  bool trained;        // false: keeps its starting values
  std::size_t offset;  // into the flat buffer
};

class Parameters {
 public:
  /// Registers a parameter; call before complete(). Throws std::invalid_argument if the path is taken, UsageError if
  /// the shape is beyond all memory.
  Var add(std::string path, const Shape& shape, Initializer initializer, bool trained = true);

  /// Lays all parameters out and draws their starting values: parameter `path` from the stream "initial/<path>" of
  /// the seed, so that adding one does not change the others.
  void complete(std::uint64_t seed);

  const std::vector<Parameter>& all() const { return parameters_; }

  /// The parameter's values, shape all()[v.id].shape.
  std::span<Real> values(Var v);
  std::span<const Real> values(Var v) const;

  /// The flat buffer with its padding (always 0), and how many scalars it has.
  std::span<Real> flat() { return {flat_data(), flat_size_}; }
  std::size_t flat_size() const { return flat_size_; }
  /// How many scalars are learned: without padding and without what is not trained.
  std::size_t count() const;

  /// The leaves to reset a tape with. `gradients` has flat_size() scalars, aligned like flat(), or is nullptr; the
  /// parts of it that belong to padding and to what is not trained are never written.
  std::vector<Leaf> leaves(Real* gradients);

 private:
  Real* flat_data() const { return reinterpret_cast<Real*>(memory_.get()); }

  std::vector<Parameter> parameters_;
  AlignedMemory memory_;
  std::size_t flat_size_ = 0;
};

/// A place in the tree of parameters, handed to a module's constructor: scope / "heads" is the place below.
class Scope {
 public:
  explicit Scope(Parameters& parameters, std::string path = "")
      : parameters_(&parameters), path_(std::move(path)) {}

  Scope operator/(std::string_view name) const { return Scope(*parameters_, join(name)); }

  Var add(std::string_view name, const Shape& shape, Initializer initializer, bool trained = true) const {
    return parameters_->add(join(name), shape, std::move(initializer), trained);
  }

 private:
  std::string join(std::string_view name) const {
    return (path_.empty() ? path_ : path_ + "/") + std::string(name);
  }

  Parameters* parameters_;
  std::string path_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
