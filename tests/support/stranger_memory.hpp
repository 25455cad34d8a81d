// A memory that finds slots by content alone: one head reads, one writes, neither can step from slot to slot.
#pragma once

#include "framework/memory/memory_module.hpp"
#include "framework/memory/similarity.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class ContentMemory {
 public:
  struct Options {
    std::size_t slots = 32;
    std::size_t width = 16;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "slots", .help = "memory slots", .unit = "slot", .minimum = 1}, slots);
      f(Setting{.name = "width", .help = "width of a slot", .minimum = 1}, width);
    }
  };

  struct State {
    Var memory;         // [batch, width, stride], see MemoryShape
    Var read_weights;   // [batch, 1, slots]; not valid before the first step
    Var write_weights;  // [batch, 1, slots]; not valid before the first step
  };

  ContentMemory(const Scope& scope, std::size_t control_size, const Options& options);

  State initial_state(Tape& tape, std::size_t batch) const;
  MemoryStep<State> step(Tape& tape, Var control, const State& previous) const;
  std::size_t read_size() const { return shape_.width; }
  std::vector<Recording> trace(const Tape& tape, const State& state) const;

 private:
  MemoryShape shape_;
  Var heads_;    // [control_size + 1, 4 · width + 2]: two keys, erase, add, two strengths
  Var initial_;  // [width, slots]
};

static_assert(MemoryModule<ContentMemory>);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
