// What happened on a tape, for finding out where a value that is not finite came from.
//
// A tape that is given an Inspection tells it of every op, what it read and what it made, and of every gradient that
// stops being finite. Values and gradients have the same bits as without one. It costs time and memory, so it is only
// used once something went wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/tensor/finite_range.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The name of an op, from that of its backward function: "address" for address_backward, "exp" for backward<Exp>.
std::string op_name(const OpKind& kind);

class Inspection {
 public:
  struct Op {
    const OpKind* kind;
    std::uint32_t first, count;  // of the values it made
    std::vector<Var> inputs;
  };

  /// A gradient at the moment when it was finite no more.
  struct RuinedGradient {
    Var value;                         // whose gradient it is
    const Op* op;                      // whose backward did it; nullptr: the sum over all uses of a parameter
    FiniteRange range;                 // of the gradient afterwards
    std::vector<FiniteRange> outputs;  // of the gradients of the op's outputs before; no values: it had none
  };

  /// The op that made a value; nullptr for leaves and constants.
  const Op* made(Var v) const;

  /// In the order in which they went bad.
  const std::vector<RuinedGradient>& ruined_gradients() const { return ruined_; }

  // --- told by the tape ---------------------------------------------------------------------------------------

  void clear();
  void reads(std::span<const Var> inputs);
  void op(const OpKind& kind, Var first, std::uint32_t count);
  void backward_begins(const Tape& tape, Var first, std::uint32_t count);
  void gradient_touched(Var v) { touched_.push_back(v); }
  void backward_ended(const Tape& tape, bool of_op);

 private:
  std::vector<Op> ops_;
  std::vector<std::uint32_t> op_of_;  // by value: the op that made it, from 1; 0: none
  std::vector<Var> pending_;          // what was read since the last op
  std::vector<Var> touched_;          // gradients added to since the node began
  std::vector<FiniteRange> outputs_;  // of the node that is running
  std::uint32_t running_ = 0;         // its first value
  std::vector<bool> bad_;             // by value: its gradient was reported
  std::vector<RuinedGradient> ruined_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
