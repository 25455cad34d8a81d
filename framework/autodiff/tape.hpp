// The tape: reverse-mode differentiation of whatever was computed since the last reset.
//
// An op computes its result at once into arena memory and, while the tape records, leaves a node: a function
// pointer with a record of what backward needs. backward() walks the nodes in reverse; nothing recurses.
//
// Invariants
//  - Values and nodes are numbered in the order they were made; a node's inputs have lower numbers than its outputs.
//  - A gradient buffer exists only from the first contribution until the node that made the value has run; then
//    it goes back to a pool. The first contribution writes, later ones add: nothing is cleared beforehand.
//  - The first values are the bound parameters; parameter p is Var{p}. Their gradients go to the caller's buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "framework/autodiff/gradient_pool.hpp"
#include "framework/tensor/arena.hpp"
#include "framework/tensor/real.hpp"
#include "framework/tensor/shape.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A handle to a value on a tape; valid until the tape is reset.
struct Var {
  std::uint32_t id = ~std::uint32_t{0};
  bool valid() const { return id != ~std::uint32_t{0}; }
};

/// Where an op's backward puts its contribution to the gradient of an input.
struct GradientSlot {
  Real* data = nullptr;  // nullptr: nobody asks for this gradient
  bool fresh = false;    // the contents are undefined: write instead of adding
  explicit operator bool() const { return data != nullptr; }
};

/// Memory of the caller that takes part in the computation: a parameter, or an input whose gradient is wanted.
struct Leaf {
  Real* value = nullptr;
  Real* gradient = nullptr;  // nullptr: constant
  Shape shape;
};

class Inspection;
class StagedProducts;
class Tape;

/// What an op is, apart from its arguments: a constant of the program, so that nodes need not carry a name.
struct OpKind {
  void (*backward)(Tape& tape, const void* record);
  std::string_view
      function;  // names `backward` as the compiler writes it; op_name() in inspection.hpp reads it
};

namespace detail {

template <auto backward>
constexpr std::string_view function_name() {
  return __PRETTY_FUNCTION__;
}

template <auto backward, class Record>
inline constexpr OpKind kOpKind{
    [](Tape& tape, const void* record) { backward(tape, *static_cast<const Record*>(record)); },
    function_name<backward>()};

}  // namespace detail

class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// Forgets everything computed and binds the leaves: leaf i becomes Var{i}. With `record` false only values are
  /// computed. The memory of earlier steps is kept for reuse.
  void reset(std::span<const Leaf> leaves, bool record = true);

  /// From the next reset on tells `inspection`, which must outlive that use, what happens here; nullptr for nobody.
  void inspect(Inspection* inspection) { inspection_ = inspection; }

  // --- values, for everybody -------------------------------------------------------------------------------

  Shape shape(Var v) const { return values_[v.id].shape; }
  std::span<const Real> value(Var v) const { return {values_[v.id].data, values_[v.id].shape.size()}; }
  bool recording() const { return record_; }
  /// How many values there are: the number of the next one.
  std::size_t size() const { return values_.size(); }

  /// A value without gradient, copied onto the tape.
  Var constant(std::span<const Real> data, const Shape& shape);

  /// Differentiates `loss` (one element) times `scale` with respect to every leaf that has a gradient buffer;
  /// each such buffer is overwritten. Can be called once per reset. With a finite `limit` every element of every value's
  /// gradient is brought into [-limit, limit] before it is passed on to what the value was made from (Graves et al. 2014,
  /// section 4.6); those of leaves are not. What is not finite becomes NaN. Throws ShapeError if loss is not a scalar.
  void backward(Var loss, Real scale = 1, Real limit = std::numeric_limits<Real>::infinity());

  /// The gradient of a value that was kept with keep_gradient(), after backward().
  std::span<const Real> gradient(Var v) const;
  /// Asks that the gradient of `v` outlive the node that made it (for gradient checks and inspection).
  void keep_gradient(Var v) { values_[v.id].keep = true; }

  // --- for ops ------------------------------------------------------------------------------------------------

  /// A new value, contents undefined. It requires a gradient if the tape records and one of `inputs` does.
  Var output(const Shape& shape, std::span<const Var> inputs);
  Var output(const Shape& shape, std::initializer_list<Var> inputs) {
    return output(shape, std::span(inputs.begin(), inputs.size()));
  }
  Var output(const Shape& shape, bool requires_gradient);
  /// Tells an inspection of inputs of the next op that no output() is told of.
  void reads(std::span<const Var> inputs) const {
    if (inspection_ != nullptr) [[unlikely]]
      note_reads(inputs);
  }
  /// A new value whose gradient lives in `gradient` instead of the pool: for rows staged for a later product.
  Var output_with_gradient(const Shape& shape, Real* gradient);

  const Real* data(Var v) const { return values_[v.id].data; }
  Real* mutable_data(Var v) { return values_[v.id].data; }
  bool requires_gradient(Var v) const { return values_[v.id].requires_gradient; }
  bool is_leaf(Var v) const { return v.id < leaves_; }

  Arena& arena() { return arena_; }
  StagedProducts& staged() { return *staged_; }

  /// Leaves a node, if one is needed: `backward(tape, record)` runs when the gradients of its outputs, the `count`
  /// values from `first` on, are complete. The record is copied into the arena. The op is called what `backward` is,
  /// less "_backward", or, if that is a template, what its first argument is.
  template <auto backward, class Record>
  void node(const Record& record, Var first, std::uint32_t count = 1) {
    if (inspection_ != nullptr) [[unlikely]]
      note_op(detail::kOpKind<backward, Record>, first, count);
    if (!requires_gradient(first)) return;
    nodes_.push_back({&detail::kOpKind<backward, Record>, arena_.create<Record>(record), first.id, count});
  }

  /// In a backward function: the gradient of an output, or nullptr if nothing depended on it.
  const Real* output_gradient(Var v) const {
    return values_[v.id].has_gradient ? values_[v.id].gradient : nullptr;
  }
  Real* mutable_output_gradient(Var v) {
    return values_[v.id].has_gradient ? values_[v.id].gradient : nullptr;
  }
  /// In a backward function: where to add to the gradient of an input.
  GradientSlot input_gradient(Var v);
  /// The same, cleared if it is fresh, so that the caller only adds; nullptr if not wanted.
  Real* zeroed_input_gradient(Var v);
  /// In a backward function: lets the gradient buffer of output `from` become that of input `to`, which then needs
  /// no copy. Returns false, and does nothing, if `to` has contributions already or either is not the pool's.
  bool hand_over_gradient(Var from, Var to);
  /// In a backward function that goes through several time steps itself: clips what it hands from one to the next, as
  /// backward() was told to.
  void clip(std::span<Real> gradient) const;
  /// Scratch memory for a backward function, valid until it returns.
  Real* scratch(std::size_t n) { return scratch_.reals(n); }

 private:
  struct Value {
    Real* data;
    Real* gradient;
    Shape shape;
    bool requires_gradient;
    bool has_gradient;  // at least one contribution has been made
    bool pooled;        // the gradient buffer belongs to the pool
    bool keep;
  };
  struct Node {
    const OpKind* kind;
    const void* record;
    std::uint32_t first;
    std::uint32_t count;
  };

  void clear_untouched_leaves();
  void note_reads(std::span<const Var> inputs) const;
  void note_op(const OpKind& kind, Var first, std::uint32_t count);

  Arena arena_;
  Arena scratch_;
  GradientPool pool_;
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  StagedProducts* staged_;
  Inspection* inspection_ = nullptr;
  std::size_t leaves_ = 0;
  bool record_ = true;
  Real clip_ = std::numeric_limits<Real>::infinity();  // of the running backward()
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
