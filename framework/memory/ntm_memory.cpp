#include "framework/memory/ntm_memory.hpp"

#include <array>

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/memory/read_write.hpp"
#include "framework/nn/initializers.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

NtmMemory::NtmMemory(const Scope& scope, std::size_t control_size, const Options& options)
    : layout_{options.read_heads, options.write_heads, options.width, options.shift_range},
      shape_{options.slots, options.width},
      epsilon_{static_cast<Real>(options.norm_epsilon), static_cast<Real>(options.similarity_epsilon)},
      key_activation_(options.key_activation == "tanh" ? KeyActivation::tanh : KeyActivation::linear),
      read_first_(options.order == "read_first"),
      head_clip_(static_cast<Real>(options.head_clip)),
      head_limit_(static_cast<Real>(options.head_limit)) {
  if (layout_.shifts() > options.slots) {
    throw UsageError("memory.shift_range = " + std::to_string(options.shift_range) + " gives " +
                     std::to_string(layout_.shifts()) +
                     " shifts, more than memory.slots = " + std::to_string(options.slots));
  }
  heads_ = scope.add("heads/weight", {control_size + 1, layout_.columns()}, initial::glorot(true));
  const bool learned = options.initial == "learned";
  initial_memory_ =
      scope.add("initial", {options.width, options.slots},
                options.initial == "constant" ? initial::constant(static_cast<Real>(options.initial_value))
                                              : initial::normal(options.initial_scale),
                learned);
  const Initializer focus = [spread = initial::normal(options.initial_focus), peak = options.initial_peak](
                                Draws& draws, const Shape& shape, std::span<Real> logits) {
    spread(draws, shape, logits);
    for (std::size_t head = 0; head < shape[0]; ++head) logits[head * shape[1]] += static_cast<Real>(peak);
  };
  initial_read_focus_ = scope.add("initial_read_focus", {options.read_heads, options.slots}, focus);
  initial_write_focus_ = scope.add("initial_write_focus", {options.write_heads, options.slots}, focus);
}

NtmMemory::State NtmMemory::initial_state(Tape& tape, std::size_t batch) const {
  return {.memory = repeat(tape, pad(tape, initial_memory_, shape_.stride()), batch),
          .read_weights = repeat(tape, softmax(tape, initial_read_focus_), batch),
          .write_weights = repeat(tape, softmax(tape, initial_write_focus_), batch),
          .parameters = {},
          .read = {}};
}

MemoryStep<NtmMemory::State> NtmMemory::step(Tape& tape, Var control, const State& previous) const {
  expect_shape("NtmMemory::step", "control", tape.shape(control),
               {tape.shape(previous.memory)[0], tape.shape(heads_)[0] - 1});
  Var raw = linear(tape, heads_, std::array{control});
  if (head_clip_ > 0) raw = clamp(tape, raw, head_clip_);
  if (head_limit_ > 0) raw = hold_within(tape, raw, head_limit_);
  const Var heads = activate_heads(tape, raw, layout_, key_activation_);
  const std::size_t reads = layout_.read_heads, writes = layout_.write_heads;
  State next{.memory = {}, .read_weights = {}, .write_weights = {}, .parameters = heads, .read = {}};
  const auto similar = [&](Var memory, std::size_t first, std::size_t count) {  // Eq. (6)
    return similarity(tape, memory, shape_, heads, layout_.key(first), count, epsilon_);
  };
  const auto focus = [&](Var scores, std::size_t row, std::size_t first, std::size_t count, Var last) {
    return address(tape, scores, row, heads, layout_, first, count, last);  // Eqs. (5), (7)-(9)
  };
  const auto write = [&] { return EraseAdd{next.write_weights, heads, layout_.erase(), layout_.add()}; };
  if (read_first_) {
    const Var scores = similar(previous.memory, 0, layout_.heads());
    next.read_weights = focus(scores, 0, 0, reads, previous.read_weights);
    next.write_weights = focus(scores, reads, reads, writes, previous.write_weights);
    const ReadAndWritten done =
        read_then_erase_add(tape, previous.memory, shape_, next.read_weights, write());
    next.read = done.read;      // Eq. (2)
    next.memory = done.memory;  // Eqs. (3), (4)
  } else {
    next.write_weights =
        focus(similar(previous.memory, reads, writes), 0, reads, writes, previous.write_weights);
    next.memory = erase_add(tape, previous.memory, shape_, write());  // Eqs. (3), (4)
    next.read_weights = focus(similar(next.memory, 0, reads), 0, 0, reads, previous.read_weights);
    next.read = read_slots(tape, next.memory, shape_, next.read_weights);  // Eq. (2)
  }
  return {.read = next.read, .state = next};
}

std::vector<Recording> NtmMemory::trace(const Tape& tape, const State& state) const {
  const std::size_t reads = layout_.read_heads, writes = layout_.write_heads, heads = layout_.heads();
  const std::size_t slots = shape_.slots, width = shape_.width;
  const auto of_heads = [&](std::string_view name, std::string_view text, std::size_t column) {
    return record_columns(tape, name, text, {"head"}, {heads}, state.parameters, column);
  };
  const auto vectors = [&](std::string_view name, std::string_view text, std::size_t count, Var source,
                           std::size_t column) {
    return record_columns(tape, name, text, {"head", "width"}, {count, width}, source, column);
  };
  const Var row = state.parameters;
  return {
      record_columns(tape, "read_weights", "read weighting", {"head", "slot"}, {reads, slots},
                     state.read_weights),
      record_columns(tape, "write_weights", "write weighting", {"head", "slot"}, {writes, slots},
                     state.write_weights),
      vectors("reads", "vector read", reads, state.read, 0),
      vectors("key", "key", heads, row, layout_.key()),
      vectors("add", "add vector", writes, row, layout_.add()),
      vectors("erase", "erase vector", writes, row, layout_.erase()),
      of_heads("key_strength", "key strength", layout_.key_strength()),
      of_heads("gate", "interpolation gate", layout_.gate()),
      of_heads("sharpening", "sharpening exponent", layout_.sharpening()),
      record_columns(tape, "shift", "shift weighting", {"head", "shift"}, {heads, layout_.shifts()}, row,
                     layout_.shift()),
      {"memory",
       "memory contents",
       {"slot", "width"},
       {slots, width},
       state.memory,
       width * shape_.stride(),
       0,
       {1, shape_.stride()}},
  };
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
