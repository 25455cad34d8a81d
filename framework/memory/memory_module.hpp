// The contract of a memory: what a controller can be joined to.
//
// A memory is values in, values out. It is const once it is built: everything that changes from step to step is in
// its State, a small struct of Vars. It registers what it learns under the scope it is given.
//
//   class MyMemory {
//    public:
//     struct Options { ... template <class F> void visit(F&& f); };   // section "memory" of a run's settings
//     struct State { ... };
//     MyMemory(const Scope& scope, std::size_t control_size, const Options& options);
//     State initial_state(Tape& tape, std::size_t batch) const;
//     MemoryStep<State> step(Tape& tape, Var control, const State& previous) const;   // control [batch, control_size]
//     std::size_t read_size() const;
//     std::vector<Recording> trace(const Tape& tape, const State& state) const;
//   };
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <vector>

#include "framework/autodiff/tape.hpp"
#include "framework/nn/parameters.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What one step gives: the vector read, [batch, read_size], and the state to go on with.
template <class State>
struct MemoryStep {
  Var read;
  State state;
};

/// A tensor that a trace keeps at every time step: example b's element (i, j, …) is element
/// b · example_step + offset + i · steps[0] + j · steps[1] + … of `source`.
struct Recording {
  std::string_view name;               // "write_weights"
  std::string_view long_name;          // for an axis label: "write weighting"
  std::vector<std::string_view> axes;  // behind step, example and time: {"head", "slot"}
  Shape extents;                       // of those axes
  Var source;
  std::size_t example_step = 0;
  std::size_t offset = 0;
  std::vector<std::size_t> steps;
};

/// A recording of columns [offset, offset + extents.size()) of `source` [batch, …], row-major.
Recording record_columns(const Tape& tape, std::string_view name, std::string_view long_name,
                         std::vector<std::string_view> axes, const Shape& extents, Var source,
                         std::size_t offset = 0);

template <class M>
concept MemoryModule = requires(const M& memory, Tape& tape, Var control, const typename M::State& state,
                                const Scope& scope, const typename M::Options& options, std::size_t size) {
  M(scope, size, options);
  { memory.initial_state(tape, size) } -> std::same_as<typename M::State>;
  { memory.step(tape, control, state) } -> std::same_as<MemoryStep<typename M::State>>;
  { memory.read_size() } -> std::convertible_to<std::size_t>;
  { memory.trace(tape, state) } -> std::same_as<std::vector<Recording>>;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
