// The NTM's cases that run over several steps, and how the file lays the heads' raw parameters out.
#pragma once

#include <string>
#include <vector>

#include "framework/memory/ntm_heads.hpp"
#include "framework/memory/ntm_memory.hpp"
#include "tests/golden/golden_run.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The layout of heads whose raw parameters are [k, β, g, s, γ] (read) and [k, β, g, s, γ, e, a] (write) in the file.
/// `read_columns` and `write_columns` are those of one head; one of them may be 0 if there are no such heads.
inline HeadLayout layout_of(std::size_t read_columns, std::size_t write_columns, std::size_t width,
                            std::size_t read_heads, std::size_t write_heads) {
  const std::size_t shifts = read_columns > 0 ? read_columns - width - 3 : write_columns - 3 * width - 3;
  return {.read_heads = read_heads, .write_heads = write_heads, .width = width, .shift_range = shifts / 2};
}

/// The file's raw parameters [rows, read heads, columns] and [rows, write heads, columns] as one row of HeadLayout.
/// Either may be missing.
inline Var grouped(Tape& tape, Var read, Var write, const HeadLayout& layout) {
  const std::size_t width = layout.width, shifts = layout.shifts();
  std::vector<Var> heads;  // [rows, columns of a head]
  for (const Var raw : {read, write}) {
    if (!raw.valid()) continue;
    const Shape shape = tape.shape(raw);
    const Var rows = flat_rows(tape, raw);
    for (std::size_t h = 0; h < shape[1]; ++h) heads.push_back(slice(tape, rows, h * shape[2], shape[2]));
  }
  std::vector<Var> parts;
  const auto take = [&](std::size_t first_head, std::size_t first, std::size_t count) {
    for (std::size_t h = first_head; h < heads.size(); ++h)
      parts.push_back(slice(tape, heads[h], first, count));
  };
  const std::size_t scalars = width, shift = width + 2, sharpening = shift + shifts, erase = sharpening + 1;
  take(0, 0, width);                              // k
  take(layout.read_heads, erase + width, width);  // a
  take(0, scalars, 1);                            // β
  take(0, sharpening, 1);                         // γ
  take(0, scalars + 1, 1);                        // g
  take(layout.read_heads, erase, width);          // e
  take(0, shift, shifts);                         // s
  return concat(tape, parts);
}

/// Case `name`, several steps of an NTM's memory in one order, checked to `tolerance`.
inline void check_ntm_sequence(const std::string& name, const std::string& order, double tolerance) {
  const GoldenRun file(name);
  const Shape initial = file.shape("M0"), raw_read = file.shape("raw_r"), raw_write = file.shape("raw_w");
  const std::size_t batch = initial[0], slots = initial[1], width = initial[2];
  const std::size_t reads = raw_read[2], writes = raw_write[2];
  const HeadLayout layout = layout_of(raw_read[3], raw_write[3], width, reads, writes);

  NtmMemory::Options options;
  options.slots = slots;
  options.width = width;
  options.read_heads = reads;
  options.write_heads = writes;
  options.shift_range = layout.shift_range;
  options.order = order;
  options.key_activation = "linear";
  options.norm_epsilon = 0;
  Parameters parameters;
  const NtmMemory ntm(Scope(parameters), layout.columns(), options);
  parameters.complete(1);
  REQUIRE(parameters.all()[0].path == "heads/weight");
  const std::span<Real> weight = parameters.values(Var{0});  // raw parameters are what the controller says
  for (std::size_t i = 0; i < weight.size(); ++i)
    weight[i] = i / layout.columns() == i % layout.columns() ? 1 : 0;

  GoldenRun run(name, tolerance, parameters.leaves(nullptr));
  Tape& tape = run.tape();
  NtmMemory::State state{.memory = memory_from_paper(tape, run.in("M0")),
                         .read_weights = run.in("wr0"),
                         .write_weights = run.in("ww0"),
                         .parameters = {},
                         .read = {}};
  std::vector<Var> vectors_read;
  for (std::size_t t = 0; t < raw_read[0]; ++t) {
    const Var read = reshape(tape, step_of(tape, run.in("raw_r"), t), {batch, reads, raw_read[3]});
    const Var write = reshape(tape, step_of(tape, run.in("raw_w"), t), {batch, writes, raw_write[3]});
    const auto step = ntm.step(tape, grouped(tape, read, write, layout), state);
    vectors_read.push_back(reshape(tape, step.read, {batch, reads, width}));
    state = step.state;
  }
  run.outputs({{"reads", stacked(tape, vectors_read)},
               {"M", memory_to_paper(tape, state.memory, slots)},
               {"wr", state.read_weights},
               {"ww", state.write_weights}});
  run.check_gradients();
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
