// An NTM memory whose heads a test drives itself: the controller's output is the raw head parameters.
#pragma once

#include <vector>

#include "framework/memory/ntm_memory.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Raw parameters beyond this saturate their activation.
inline constexpr Real kSaturated = 60;

class DrivenHeads {
 public:
  explicit DrivenHeads(const NtmMemory::Options& options)
      : layout{options.read_heads, options.write_heads, options.width, options.shift_range},
        options_(options),
        memory(Scope(parameters), layout.columns(), options) {
    parameters.complete(1);
    for (std::uint32_t p = 0; p < parameters.all().size(); ++p) {
      if (parameters.all()[p].path != "heads/weight") continue;
      const std::span<Real> weight = parameters.values(Var{p});
      std::fill(weight.begin(), weight.end(), Real(0));
      for (std::size_t i = 0; i < layout.columns(); ++i) weight[i * layout.columns() + i] = 1;
    }
    tape.reset(parameters.leaves(nullptr), false);
    state = memory.initial_state(tape, 1);
  }

  /// A row of raw parameters that does nothing: gates closed, no shift, no sharpening, nothing erased or added.
  std::vector<Real> idle() const {
    std::vector<Real> raw(layout.columns());
    for (std::size_t h = 0; h < layout.heads(); ++h) {
      raw[layout.gate(h)] = -kSaturated;
      raw[layout.sharpening(h)] = -kSaturated;
      shift(raw, h, 0);
    }
    for (std::size_t i = 0; i < layout.write_heads * layout.width; ++i) raw[layout.erase() + i] = -kSaturated;
    return raw;
  }
  void shift(std::vector<Real>& raw, std::size_t head, std::ptrdiff_t by) const {
    for (std::size_t q = 0; q < layout.shifts(); ++q) raw[layout.shift(head) + q] = -kSaturated;
    raw[layout.shift(head) + static_cast<std::size_t>(static_cast<std::ptrdiff_t>(layout.shift_range) + by)] =
        kSaturated;
  }
  /// The head looks for this key, and only for it.
  void look_for(std::vector<Real>& raw, std::size_t head, const std::vector<Real>& key) const {
    std::copy(key.begin(), key.end(), raw.begin() + static_cast<std::ptrdiff_t>(layout.key(head)));
    raw[layout.key_strength(head)] = kSaturated;
    raw[layout.gate(head)] = kSaturated;
  }
  /// The write head puts this word in place of what is there.
  void put(std::vector<Real>& raw, std::size_t write_head, const std::vector<Real>& word) const {
    std::copy(word.begin(), word.end(), raw.begin() + static_cast<std::ptrdiff_t>(layout.add(write_head)));
    for (std::size_t i = 0; i < layout.width; ++i) raw[layout.erase(write_head) + i] = kSaturated;
  }

  /// The vector read at a step with these raw parameters.
  std::vector<Real> step(const std::vector<Real>& raw) {
    const auto done = memory.step(tape, tape.constant(raw, {1, raw.size()}), state);
    state = done.state;
    return copy(done.read);
  }

  /// Replaces a head's last weighting; `weights` has one element a slot.
  void set_write_weights(const std::vector<Real>& weights) {
    state.write_weights = tape.constant(weights, {1, layout.write_heads, options_.slots});
  }
  void set_read_weights(const std::vector<Real>& weights) {
    state.read_weights = tape.constant(weights, {1, layout.read_heads, options_.slots});
  }
  std::vector<Real> write_weights() const { return copy(state.write_weights); }
  std::vector<Real> read_weights() const { return copy(state.read_weights); }
  /// What is in a slot.
  std::vector<Real> slot(std::size_t index) const {
    const std::span<const Real> all = tape.value(state.memory);
    std::vector<Real> result;
    for (std::size_t d = 0; d < layout.width; ++d) result.push_back(all[d * padded(options_.slots) + index]);
    return result;
  }

  HeadLayout layout;

 private:
  std::vector<Real> copy(Var v) const {
    const std::span<const Real> values = tape.value(v);
    return {values.begin(), values.end()};
  }

  NtmMemory::Options options_;
  Parameters parameters;

 public:
  NtmMemory memory;
  Tape tape;
  NtmMemory::State state;
};

/// 1 at `slot`, 0 elsewhere.
inline std::vector<Real> focus_on(std::size_t slot, std::size_t slots) {
  std::vector<Real> weights(slots);
  weights[slot] = 1;
  return weights;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
