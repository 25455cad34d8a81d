#include "tests/support/stranger_memory.hpp"

#include <array>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/memory/read_write.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

ContentMemory::ContentMemory(const Scope& scope, std::size_t control_size, const Options& options)
    : shape_{options.slots, options.width},
      heads_(scope.add("heads/weight", {control_size + 1, 4 * options.width + 2}, initial::glorot(true))),
      initial_(scope.add("initial", {options.width, options.slots}, initial::normal(0.5))) {}

ContentMemory::State ContentMemory::initial_state(Tape& tape, std::size_t batch) const {
  return {.memory = repeat(tape, pad(tape, initial_, shape_.stride()), batch),
          .read_weights = {},
          .write_weights = {}};
}

MemoryStep<ContentMemory::State> ContentMemory::step(Tape& tape, Var control, const State& previous) const {
  const std::size_t width = shape_.width;
  const Var raw = linear(tape, heads_, std::array{control});
  const Var keys = slice(tape, raw, 0, 2 * width);
  const Var erase = sigmoid(tape, slice(tape, raw, 2 * width, width));
  const Var add = tanh(tape, slice(tape, raw, 3 * width, width));
  const Var strengths = affine(tape, softplus(tape, slice(tape, raw, 4 * width, 2)), 5, 1);

  // w(i) = softmax_i(strength · cosine(key, M(i))) of the read head and the write head.
  const auto focus = [&](std::size_t head) {
    const Var scores =
        similarity(tape, previous.memory, shape_, keys, head * width, 1, {.in_norm = Real(1e-6)});
    const Var strength = reshape(tape, slice(tape, strengths, head, 1), {tape.shape(raw)[0], 1, 1});
    return softmax(tape, multiply(tape, scores, strength));
  };
  State next{.memory = {}, .read_weights = focus(0), .write_weights = focus(1)};
  const Var rows = concat(tape, std::array{erase, add});
  const auto [read, memory] = read_then_erase_add(
      tape, previous.memory, shape_, next.read_weights,
      {.weights = next.write_weights, .parameters = rows, .first_erase = 0, .first_add = width});
  next.memory = memory;
  return {.read = read, .state = next};
}

std::vector<Recording> ContentMemory::trace(const Tape& tape, const State& state) const {
  const auto weights = [&](std::string_view name, std::string_view text, Var source) {
    return record_columns(tape, name, text, {"head", "slot"}, {1, shape_.slots}, source);
  };
  return {weights("read_weights", "read weighting", state.read_weights),
          weights("write_weights", "write weighting", state.write_weights)};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
