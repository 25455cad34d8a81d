// Gradients of whole NTM steps against finite differences.
#include "framework/memory/ntm_memory.hpp"

#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

constexpr std::size_t kBatch = 2, kControl = 3, kSteps = 4;

// The worst gradient error over kSteps steps: of all parameters, the first states, and what the controller says.
GradientError steps_error(const NtmMemory::Options& options) {
  Parameters parameters;
  const NtmMemory memory(Scope(parameters), kControl, options);
  std::vector<Var> controls;
  for (std::size_t t = 0; t < kSteps; ++t) {
    controls.push_back(
        parameters.add("control/" + std::to_string(t), {kBatch, kControl}, initial::normal(1)));
  }
  parameters.complete(1);
  return check_parameter_gradients(parameters,
                                   [&](Tape& tape) -> GradientOutputs {
                                     std::vector<Var> outputs;
                                     NtmMemory::State state = memory.initial_state(tape, kBatch);
                                     for (const Var control : controls) {
                                       const auto step = memory.step(tape, control, state);
                                       outputs.push_back(step.read);
                                       state = step.state;
                                     }
                                     outputs.push_back(slice(tape, state.memory, 0, options.slots));
                                     outputs.push_back(state.read_weights);
                                     outputs.push_back(state.write_weights);
                                     return outputs;
                                   },
                                   {.step = 2e-4, .elements = 40});
}

NtmMemory::Options small(std::size_t reads, std::size_t writes, std::size_t slots, std::size_t range) {
  NtmMemory::Options options;
  options.slots = slots;
  options.width = 3;
  options.read_heads = reads;
  options.write_heads = writes;
  options.shift_range = range;
  options.initial_scale = 0.5;
  options.initial_focus = 0.5;
  return options;
}

}  // namespace

TEST_CASE("gradients of several NTM steps agree with finite differences", "[memory][gradients]") {
  for (const char* const order : {"read_first", "write_first"}) {
    for (const auto& [reads, writes] : {std::pair{1, 1}, {2, 1}, {1, 2}, {3, 3}}) {
      for (const auto& [slots, range] : {std::pair{5, 0}, {7, 1}, {9, 2}, {16, 1}}) {
        INFO(order << ", " << reads << " read and " << writes << " write heads, " << slots
                   << " slots, shifts up to " << range);
        NtmMemory::Options options = small(static_cast<std::size_t>(reads), static_cast<std::size_t>(writes),
                                           static_cast<std::size_t>(slots), static_cast<std::size_t>(range));
        options.order = order;
        CHECK(steps_error(options) < 1e-7);
      }
    }
  }
}

TEST_CASE("gradients of NTM steps are right for every activation, epsilon and start", "[memory][gradients]") {
  NtmMemory::Options options = small(1, 1, 7, 1);
  SECTION("linear keys") { options.key_activation = "linear"; }
  SECTION("epsilons in the similarity") {
    options.norm_epsilon = 1e-3;
    options.similarity_epsilon = 1e-2;
  }
  SECTION("clipped heads, none of them at the limit") { options.head_clip = 20; }
  SECTION("limited heads, none of them at the limit") { options.head_limit = 20; }
  SECTION("a random start") { options.initial = "random"; }
  SECTION("a constant start") {
    options.initial = "constant";
    options.initial_value = 0.3;
  }
  CHECK(steps_error(options) < 1e-7);
}

TEST_CASE("gradients of an NTM are finite where its memory starts as zeros", "[memory][gradients]") {
  NtmMemory::Options options = small(1, 1, 7, 1);
  options.initial = "constant";
  options.initial_value = 0;
  options.norm_epsilon = 1e-3;
  CHECK(steps_error(options) < 1e-7);
}
