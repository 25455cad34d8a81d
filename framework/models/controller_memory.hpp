// Controller × memory: at each step the controller sees the input and what was read last, drives the memory, and the
// output layer sees the controller and what was read now.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, Figure 1.
#pragma once

#include <array>

#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/memory/memory_module.hpp"
#include "framework/models/controller.hpp"
#include "framework/models/model.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

template <MemoryModule Memory>
class ControllerMemory final : public Model {
 public:
  /// Parameters start from draws of `seed`.
  ControllerMemory(const TaskShape& task, const Controller::Options& controller,
                   const typename Memory::Options& memory, std::uint64_t seed)
      : Model(task),
        memory_(Scope(parameters()) / "memory", Controller::output_size(controller), memory),
        controller_(Scope(parameters()) / "controller", memory_.read_size() + task.input_size, controller) {
    expect_sequences(task);
    const std::size_t seen = Controller::output_size(controller) + memory_.read_size();
    initial_read_ = Scope(parameters()).add("initial_read", {memory_.read_size()}, initial::constant(0));
    output_ = Scope(parameters()).add("output/weight", {seen + 1, task.target_size}, initial::glorot(true));
    parameters().complete(seed);
  }

  Prediction predict(Tape& tape, const Batch& batch, Steps which, Recorder* recorder) const override {
    const SequenceBatch& sequence = sequences("ControllerMemory::predict", batch);
    const std::size_t examples = sequence.size(), width = task().input_size;
    const std::span<const std::size_t> steps = steps_of(tape, sequence, which);
    const std::size_t last = steps.back() + 1;
    Var* const outputs = tape.arena().array<Var>(2 * steps.size());
    std::size_t kept = 0;

    Controller::State state = controller_.initial_state(tape, examples);
    typename Memory::State contents = memory_.initial_state(tape, examples);
    Var read = repeat(tape, initial_read_, examples);
    for (std::size_t t = 0; t < last; ++t) {
      const Var input =
          tape.constant({sequence.inputs.data() + t * examples * width, examples * width}, {examples, width});
      state = controller_.step(tape, std::array{read, input}, state);
      MemoryStep<typename Memory::State> step = memory_.step(tape, state.output, contents);
      read = step.read;
      contents = step.state;
      if (recorder != nullptr) recorder->record(tape, t, memory_.trace(tape, contents));
      if (steps[kept / 2] == t) {
        outputs[kept++] = state.output;
        outputs[kept++] = read;
      }
    }
    const Var rows = stack_steps(tape, {outputs, kept}, 2);
    return {linear(tape, output_, std::array{rows}), steps};
  }

 private:
  Memory memory_;
  Controller controller_;
  Var initial_read_;  // [read_size]
  Var output_;        // [controller output + read_size + 1, target]
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
