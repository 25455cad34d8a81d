// The fused ops of the NTM against the same composed of generic ops, values and gradients, over numbers of slots,
// heads and shifts around the width of a vector.
#include "tests/memory/ntm_by_generic_ops.hpp"
#include "tests/memory/same_function.hpp"

using namespace tapehead;

namespace {

constexpr double kTolerance = 1e-12;
constexpr std::size_t kBatch = 3;

struct Sizes {
  std::size_t reads, writes, slots, width, range;
};
const Sizes kSizes[] = {
    {1, 1, 5, 3, 0},  {1, 1, 7, 5, 1},  {1, 1, 8, 8, 1},  {1, 1, 33, 20, 2}, {2, 1, 9, 4, 1},
    {3, 2, 17, 6, 2}, {1, 3, 16, 2, 1}, {3, 3, 12, 7, 2}, {2, 1, 2, 3, 0},   {4, 5, 24, 9, 3},
};

HeadLayout layout_of(const Sizes& s) { return {s.reads, s.writes, s.width, s.range}; }

// Normal in the slots, 0 in the padding.
TestTensor memory_tensor(Draws& draws, const MemoryShape& shape) {
  TestTensor memory = normal_tensor(draws, {kBatch, shape.width, shape.stride()});
  for (std::size_t i = 0; i < memory.values.size(); ++i) {
    if (i % shape.stride() >= shape.slots) memory.values[i] = 0;
  }
  return memory;
}

// What a memory holds, without its padding, which is nobody's business.
Var contents(Tape& tape, Var memory, const MemoryShape& shape) { return slice(tape, memory, 0, shape.slots); }

// Raw parameters become ones an NTM can have.
Var activated(Tape& tape, Var raw, const HeadLayout& layout) {
  return generic::activate_heads(tape, raw, layout, KeyActivation::linear);
}

template <class Check>
void for_all_sizes(Check&& check) {
  for (const Sizes& s : kSizes) {
    INFO(s.reads << " read and " << s.writes << " write heads, " << s.slots << " slots of width " << s.width
                 << ", shifts up to " << s.range);
    Draws draws = RandomStream(1, "fused ops").draws();
    check(s, draws);
  }
}

}  // namespace

TEST_CASE("activate_heads is its parts", "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const HeadLayout layout = layout_of(s);
    for (const KeyActivation activation : {KeyActivation::tanh, KeyActivation::linear}) {
      check_same(
          {normal_tensor(draws, {kBatch, layout.columns()}, 3)},
          [&](Tape& tape, auto in) { return std::vector{activate_heads(tape, in[0], layout, activation)}; },
          [&](Tape& tape, auto in) {
            return std::vector{generic::activate_heads(tape, in[0], layout, activation)};
          },
          kTolerance);
    }
  });
}

TEST_CASE("similarity is its parts, with and without epsilons", "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const MemoryShape shape{s.slots, s.width};
    const HeadLayout layout = layout_of(s);
    for (const SimilarityEpsilon& epsilon :
         {SimilarityEpsilon{}, SimilarityEpsilon{0, Real(0.3)}, SimilarityEpsilon{Real(0.2), 0},
          SimilarityEpsilon{Real(0.2), Real(0.3)}}) {
      // All heads at once, and the write heads alone: keys that do not begin in the first column.
      for (const std::size_t first : {std::size_t{0}, s.reads}) {
        check_same(
            {memory_tensor(draws, shape), normal_tensor(draws, {kBatch, layout.columns()})},
            [&](Tape& tape, auto in) {
              return std::vector{
                  similarity(tape, in[0], shape, in[1], layout.key(first), layout.heads() - first, epsilon)};
            },
            [&](Tape& tape, auto in) {
              return std::vector{generic::similarity(tape, in[0], shape, in[1], layout.key(first),
                                                     layout.heads() - first, epsilon)};
            },
            kTolerance);
      }
    }
  });
}

TEST_CASE("address is its parts", "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const HeadLayout layout = layout_of(s);
    // All heads are scored; the write heads' rows come behind the read heads', as when a step reads first.
    const auto both = [&](auto&& focus) {
      return [&, focus](Tape& tape, std::span<const Var> in) {
        const Var row = activated(tape, in[1], layout);
        return std::vector{focus(tape, in[0], 0, row, layout, 0, s.reads, in[2]),
                           focus(tape, in[0], s.reads, row, layout, s.reads, s.writes, in[3])};
      };
    };
    check_same(
        {normal_tensor(draws, {kBatch, layout.heads(), s.slots}),
         normal_tensor(draws, {kBatch, layout.columns()}), distributions(draws, {kBatch, s.reads, s.slots}),
         distributions(draws, {kBatch, s.writes, s.slots})},
        both([](auto&&... x) { return address(x...); }),
        both([](auto&&... x) { return generic::address(x...); }), kTolerance);
  });
}

TEST_CASE("read_slots and erase_add are their parts, alone and in one pass", "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const MemoryShape shape{s.slots, s.width};
    const HeadLayout layout = layout_of(s);
    const std::vector<TestTensor> inputs = {
        memory_tensor(draws, shape), normal_tensor(draws, {kBatch, layout.columns()}),
        distributions(draws, {kBatch, s.reads, s.slots}), distributions(draws, {kBatch, s.writes, s.slots})};
    const auto write = [&](Tape& tape, std::span<const Var> in) {
      return EraseAdd{in[3], activated(tape, in[1], layout), layout.erase(), layout.add()};
    };
    const TestFunction parts = [&](Tape& tape, std::span<const Var> in) {
      return std::vector{generic::read_slots(tape, in[0], shape, in[2]),
                         contents(tape, generic::erase_add(tape, in[0], shape, write(tape, in)), shape)};
    };
    check_same(
        inputs,
        [&](Tape& tape, auto in) {
          const ReadAndWritten done = read_then_erase_add(tape, in[0], shape, in[2], write(tape, in));
          return std::vector{done.read, contents(tape, done.memory, shape)};
        },
        parts, kTolerance);
    check_same(
        inputs,
        [&](Tape& tape, auto in) {
          return std::vector{read_slots(tape, in[0], shape, in[2]),
                             contents(tape, erase_add(tape, in[0], shape, write(tape, in)), shape)};
        },
        parts, kTolerance);
  });
}

TEST_CASE("one pass over the memory is right where only the vector read, or only the memory, is used",
          "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const MemoryShape shape{s.slots, s.width};
    const HeadLayout layout = layout_of(s);
    const std::vector<TestTensor> inputs = {
        memory_tensor(draws, shape), normal_tensor(draws, {kBatch, layout.columns()}),
        distributions(draws, {kBatch, s.reads, s.slots}), distributions(draws, {kBatch, s.writes, s.slots})};
    const auto once = [&](Tape& tape, std::span<const Var> in) {
      const EraseAdd write{in[3], activated(tape, in[1], layout), layout.erase(), layout.add()};
      return read_then_erase_add(tape, in[0], shape, in[2], write);
    };
    check_same(
        inputs, [&](Tape& tape, auto in) { return std::vector{once(tape, in).read}; },
        [&](Tape& tape, auto in) { return std::vector{generic::read_slots(tape, in[0], shape, in[2])}; },
        kTolerance);
    check_same(
        inputs,
        [&](Tape& tape, auto in) { return std::vector{contents(tape, once(tape, in).memory, shape)}; },
        [&](Tape& tape, auto in) {
          const EraseAdd write{in[3], activated(tape, in[1], layout), layout.erase(), layout.add()};
          return std::vector{contents(tape, generic::erase_add(tape, in[0], shape, write), shape)};
        },
        kTolerance);
  });
}

TEST_CASE("a memory that is read and written twice gathers the gradients of all uses", "[memory]") {
  for_all_sizes([](const Sizes& s, Draws& draws) {
    const MemoryShape shape{s.slots, s.width};
    const HeadLayout layout = layout_of(s);
    const auto twice = [&](auto&& score, auto&& read, auto&& write_to) {
      return [&, score, read, write_to](Tape& tape, std::span<const Var> in) {
        const Var row = activated(tape, in[1], layout);
        const EraseAdd write{in[3], row, layout.erase(), layout.add()};
        const Var scores = score(tape, in[0], shape, row, layout.key(), layout.heads(), SimilarityEpsilon{});
        const Var written = write_to(tape, in[0], shape, write);
        const Var again = write_to(tape, written, shape, write);
        return std::vector{scores, read(tape, in[0], shape, in[2]), read(tape, written, shape, in[2]),
                           contents(tape, again, shape),
                           score(tape, again, shape, row, layout.key(), layout.heads(), SimilarityEpsilon{})};
      };
    };
    check_same(
        {memory_tensor(draws, shape), normal_tensor(draws, {kBatch, layout.columns()}),
         distributions(draws, {kBatch, s.reads, s.slots}), distributions(draws, {kBatch, s.writes, s.slots})},
        twice([](auto&&... x) { return similarity(x...); }, [](auto&&... x) { return read_slots(x...); },
              [](auto&&... x) { return erase_add(x...); }),
        twice([](auto&&... x) { return generic::similarity(x...); },
              [](auto&&... x) { return generic::read_slots(x...); },
              [](auto&&... x) { return generic::erase_add(x...); }),
        kTolerance);
  });
}

TEST_CASE("padding of a memory stays zero", "[memory]") {
  const MemoryShape shape{5, 3};
  REQUIRE(shape.stride() > shape.slots);
  const HeadLayout layout{1, 2, 3, 1};
  Draws draws = RandomStream(1, "fused ops").draws();
  const TestTensor memory = memory_tensor(draws, shape),
                   raw = normal_tensor(draws, {kBatch, layout.columns()});
  const TestTensor weights = distributions(draws, {kBatch, 2, 5});
  Tape tape;
  tape.reset({});
  const Var row = activated(tape, tape.constant(raw.values, raw.shape), layout);
  const EraseAdd write{tape.constant(weights.values, weights.shape), row, layout.erase(), layout.add()};
  const Var written = erase_add(tape, tape.constant(memory.values, memory.shape), shape, write);
  const std::span<const Real> values = tape.value(written);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % shape.stride() >= shape.slots) CHECK(values[i] == 0);
  }
}
