#include "framework/memory/read_write.hpp"

#include <algorithm>

#include "framework/memory/lane_sums.hpp"
#include "framework/tensor/simd.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

// One example's rows. Null pointers stand for what is not there or not wanted.
struct Example {
  MemoryShape shape;
  std::size_t read_heads, write_heads;
  const Real* memory;         // [width, stride]
  const Real* read_weights;   // [read heads, slots]
  const Real* write_weights;  // [write heads, slots]
  const Real* erase;          // [write heads, width]
  const Real* add;            // [write heads, width]
};
struct ExampleGradient {
  const Real* written;  // [width, stride], in: of the new memory
  const Real* read;     // [read heads, width], in
  Real* memory;         // [width, stride]; may be `written` itself
  bool add_memory;      // memory has contributions already
  Real* read_weights;   // [read heads, slots]
  Real* write_weights;  // [write heads, slots]
  Real* erase;          // [write heads, width]
  Real* add;            // [write heads, width]
  Real* kept;           // scratch, [write heads + 2, stride]; unused by a single write head
};

// Reads and writes of the common case, one head each, are told to the compiler; 0 means: as many as there are.
template <std::size_t Reads, std::size_t Writes>
TAPEHEAD_KERNEL void forward_example(const Example& x, Real* read, Real* written) {
  const std::size_t n = x.shape.slots, stride = x.shape.stride(), width = x.shape.width;
  const std::size_t reads = Reads > 0 ? Reads : x.read_heads, writes = Writes > 0 ? Writes : x.write_heads;
  LaneSums sums;
  for (std::size_t d = 0; d < width; ++d) {
    const Real* const row = x.memory + d * stride;
    for (std::size_t h = 0; h < reads; ++h) {  // Eq. (2)
      Vec total(Real(0));
      for_each_vector(n, [&](std::size_t i, auto at) {
        total = xsimd::fma(at.load(x.read_weights + h * n + i), load(row + i), total);
      });
      read[h * width + d] = 0;
      sums.push(total, read + h * width + d);
    }
    if (written == nullptr) continue;
    for_each_vector(n, [&](std::size_t i, auto at) {  // Eqs. (3), (4)
      Vec kept(Real(1)), added(Real(0));
      for (std::size_t h = 0; h < writes; ++h) {
        const Vec w = at.load(x.write_weights + h * n + i);
        kept *= xsimd::fnma(w, Vec(x.erase[h * width + d]), Vec(Real(1)));
        added = xsimd::fma(w, Vec(x.add[h * width + d]), added);
      }
      Real* const to = written + d * stride + i;
      prefetch_for_write(to + width * stride);  // the next example's
      store(to, xsimd::fma(load(row + i), kept, added));
    });
  }
  sums.flush();
}

template <std::size_t Reads, std::size_t Writes>
TAPEHEAD_KERNEL void backward_example(const Example& x, const ExampleGradient& g) {
  const std::size_t n = x.shape.slots, stride = x.shape.stride(), width = x.shape.width;
  const std::size_t reads = Reads > 0 ? Reads : x.read_heads;
  const std::size_t writes = g.written == nullptr ? 0 : Writes > 0 ? Writes : x.write_heads;
  const Vec one(Real(1));
  const auto left_by = [&](std::size_t h, std::size_t d, std::size_t i, auto at) {  // 1 - w_h(i) e_h
    return xsimd::fnma(at.load(x.write_weights + h * n + i), Vec(x.erase[h * width + d]), one);
  };
  // With several heads, row h of `kept` is what the heads from h on leave, and `found` what head h finds that the heads
  // before it have left: the product of both is what it erases from if it comes last.
  Real* const kept = g.kept;
  Real* const found = kept + (writes + 1) * stride;
  LaneSums sums;
  for (std::size_t d = 0; d < width; ++d) {
    const Real* const row = x.memory + d * stride;
    if (writes > 1) {
      for_each_vector(n, [&](std::size_t i, auto at) {
        Vec left = one;
        store(kept + writes * stride + i, left);
        for (std::size_t h = writes; h-- > 0;) {
          left *= left_by(h, d, i, at);
          store(kept + h * stride + i, left);
        }
        store(found + i, load(row + i));
      });
    }
    for (std::size_t h = 0; h < writes; ++h) {
      const Vec erase(x.erase[h * width + d]), add(x.add[h * width + d]);
      Real* const d_weights = g.write_weights + h * n;
      Vec d_erase(Real(0)), d_add(Real(0));
      for_each_vector(n, [&](std::size_t i, auto at) {
        const Vec w = at.load(x.write_weights + h * n + i);
        Vec last = load(row + i);
        if (writes > 1) {
          const Vec before = load(found + i);
          last = before * load(kept + (h + 1) * stride + i);
          store(found + i, before * xsimd::fnma(w, erase, one));
        }
        const Vec dm = load(g.written + d * stride + i);
        const Vec through = dm * w;
        d_add += through;
        d_erase = xsimd::fnma(through, last, d_erase);
        at.store(d_weights + i, xsimd::fma(dm, xsimd::fnma(last, erase, add), at.load(d_weights + i)));
      });
      sums.push(d_erase, g.erase + h * width + d);
      sums.push(d_add, g.add + h * width + d);
    }
    for_each_vector(n, [&](std::size_t i, auto at) {
      prefetch_for_read(row + width * stride + i);  // the next example's
      const Vec m = load(row + i);
      Vec dm(Real(0));
      if (writes > 0) {
        dm = load(g.written + d * stride + i) * (writes > 1 ? load(kept + i) : left_by(0, d, i, at));
      }
      for (std::size_t h = 0; h < reads; ++h) {
        const Vec dr(g.read[h * width + d]);
        dm = xsimd::fma(at.load(x.read_weights + h * n + i), dr, dm);
        Real* const d_weights = g.read_weights + h * n;
        at.store(d_weights + i, xsimd::fma(m, dr, at.load(d_weights + i)));
      }
      if (g.memory != nullptr) {
        Real* const to = g.memory + d * stride + i;
        store(to, g.add_memory ? load(to) + dm : dm);
      }
    });
  }
  sums.flush();
}

struct Record {
  Var memory, read_weights, read, written;  // invalid where there is no reading or writing
  EraseAdd write;
  Example form;  // shape and numbers of heads; pointers unused
};

Example example(const Tape& tape, const Record& r, std::size_t b) {
  Example x = r.form;
  const std::size_t n = x.shape.slots;
  x.memory = tape.data(r.memory) + b * x.shape.width * x.shape.stride();
  if (x.read_heads > 0) x.read_weights = tape.data(r.read_weights) + b * x.read_heads * n;
  if (x.write_heads > 0) {
    const Real* const row = tape.data(r.write.parameters) + b * tape.shape(r.write.parameters).back();
    x.write_weights = tape.data(r.write.weights) + b * x.write_heads * n;
    x.erase = row + r.write.first_erase;
    x.add = row + r.write.first_add;
  }
  return x;
}

// Calls body.operator()<Reads, Writes>() with the numbers of heads if they are the common ones.
template <class Body>
void with_heads(const Example& form, Body&& body) {
  if (form.read_heads == 1 && form.write_heads == 1) {
    body.template operator()<1, 1>();
  } else {
    body.template operator()<0, 0>();
  }
}

void read_write_backward(Tape& tape, const Record& r) {
  const std::size_t batch = tape.shape(r.memory)[0], n = r.form.shape.slots, width = r.form.shape.width;
  const std::size_t size = width * r.form.shape.stride(), reads = r.form.read_heads,
                    writes = r.form.write_heads;
  const Real* const d_read = r.read.valid() ? tape.output_gradient(r.read) : nullptr;
  Real* const d_written = r.written.valid() ? tape.mutable_output_gradient(r.written) : nullptr;
  if (d_read == nullptr && d_written == nullptr) return;

  // Rows that nobody asks for go to scratch memory.
  const auto rows = [&](Var v) {
    return tape.requires_gradient(v) ? tape.zeroed_input_gradient(v) : nullptr;
  };
  const auto or_scratch = [&](Real* wanted, std::size_t count) {
    if (wanted != nullptr) return wanted;
    Real* const unwanted = tape.scratch(count);
    std::fill_n(unwanted, count, Real(0));
    return unwanted;
  };
  Real *d_read_weights = nullptr, *d_write_weights = nullptr, *d_parameters = nullptr;
  std::size_t columns = 0;
  if (d_read != nullptr) d_read_weights = or_scratch(rows(r.read_weights), batch * reads * n);
  if (d_written != nullptr) {
    columns = tape.shape(r.write.parameters).back();
    d_write_weights = or_scratch(rows(r.write.weights), batch * writes * n);
    d_parameters = or_scratch(rows(r.write.parameters), batch * columns);
  }
  // The new memory's gradient is worked over in place where nothing else needs it.
  GradientSlot memory;
  if (d_written != nullptr && tape.hand_over_gradient(r.written, r.memory)) {
    memory = {d_written, true};
  } else {
    memory = tape.input_gradient(r.memory);
  }
  Real* const kept = tape.scratch((writes + 2) * r.form.shape.stride());
  for (std::size_t b = 0; b < batch; ++b) {
    Example x = example(tape, r, b);
    if (d_read == nullptr) x.read_heads = 0;
    ExampleGradient g{};
    g.kept = kept;
    if (d_written != nullptr) {
      g.written = d_written + b * size;
      g.write_weights = d_write_weights + b * writes * n;
      g.erase = d_parameters + b * columns + r.write.first_erase;
      g.add = d_parameters + b * columns + r.write.first_add;
    }
    if (d_read != nullptr) {
      g.read = d_read + b * reads * width;
      g.read_weights = d_read_weights + b * reads * n;
    }
    if (memory) {
      g.memory = memory.data + b * size;
      g.add_memory = !memory.fresh;
    }
    with_heads(x, [&]<std::size_t Reads, std::size_t Writes>() { backward_example<Reads, Writes>(x, g); });
  }
}

void expect_memory(const Tape& tape, const char* where, Var memory, const MemoryShape& shape) {
  expect_shape(where, "memory", tape.shape(memory), {tape.shape(memory)[0], shape.width, shape.stride()});
}

// Reads if read_weights is valid, writes if write.weights is.
ReadAndWritten read_and_write(Tape& tape, const char* where, Var memory, const MemoryShape& shape,
                              Var read_weights, const EraseAdd& write) {
  expect_memory(tape, where, memory, shape);
  const std::size_t batch = tape.shape(memory)[0];
  Record r{memory, read_weights, {}, {}, write, {}};
  r.form.shape = shape;
  if (read_weights.valid()) {
    r.form.read_heads = tape.shape(read_weights)[1];
    expect_shape(where, "read weights", tape.shape(read_weights), {batch, r.form.read_heads, shape.slots});
    r.read = tape.output({batch, r.form.read_heads * shape.width}, {memory, read_weights});
  }
  if (write.weights.valid()) {
    r.form.write_heads = tape.shape(write.weights)[1];
    const std::size_t columns = tape.shape(write.parameters).back();
    const std::size_t needed =
        std::max(write.first_erase, write.first_add) + r.form.write_heads * shape.width;
    expect_shape(where, "write weights", tape.shape(write.weights), {batch, r.form.write_heads, shape.slots});
    expect_shape(where, "parameters", tape.shape(write.parameters), {batch, std::max(columns, needed)});
    r.written = tape.output(tape.shape(memory), {memory, write.weights, write.parameters});
  }
  for (std::size_t b = 0; b < batch; ++b) {
    const Example x = example(tape, r, b);
    Real* const read = r.read.valid() ? tape.mutable_data(r.read) + b * x.read_heads * shape.width : nullptr;
    Real* const written =
        r.written.valid() ? tape.mutable_data(r.written) + b * shape.width * shape.stride() : nullptr;
    with_heads(x, [&]<std::size_t Reads, std::size_t Writes>() {
      forward_example<Reads, Writes>(x, read, written);
    });
  }
  const Var first = r.read.valid() ? r.read : r.written;
  tape.node<read_write_backward>(r, first, r.read.valid() && r.written.valid() ? 2 : 1);
  return {r.read, r.written};
}

}  // namespace

Var read_slots(Tape& tape, Var memory, const MemoryShape& shape, Var weights) {
  return read_and_write(tape, "read_slots", memory, shape, weights, {}).read;
}

Var erase_add(Tape& tape, Var memory, const MemoryShape& shape, const EraseAdd& write) {
  return read_and_write(tape, "erase_add", memory, shape, {}, write).memory;
}

ReadAndWritten read_then_erase_add(Tape& tape, Var memory, const MemoryShape& shape, Var read_weights,
                                   const EraseAdd& write) {
  return read_and_write(tape, "read_then_erase_add", memory, shape, read_weights, write);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
