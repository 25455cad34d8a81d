#include "framework/memory/entity_memory.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using Vector = std::vector<double>;

namespace {

struct Sizes {
  std::size_t slots, width;
};
// Around the width of a vector.
const Sizes kSizes[] = {{1, 1}, {3, 5}, {9, 8}, {4, 17}, {20, 24}};

// Two sentences, none, four, one.
const std::vector<std::uint32_t> kStarts = {0, 2, 2, 6, 7};
constexpr std::size_t kRows = 7, kBatch = 4;

// Short, for it must not reach over the corner of a ReLU.
constexpr double kStep = 1e-5;

// The order of EntityMemoryInputs.
std::vector<GradientInput> inputs(const Sizes& s) {
  return {{kRows, s.width},   {kRows, s.width},   {kRows, s.slots}, {s.slots, s.width},
          {s.slots, s.width}, {s.width, s.width}, {s.width}};
}

EntityMemory run(Tape& tape, std::span<const Var> in, RowStarts starts = kStarts) {
  return entity_memory(tape,
                       {.sentences = in[0],
                        .sentence_inputs = in[1],
                        .key_scores = in[2],
                        .key_inputs = in[3],
                        .initial = in[4],
                        .recurrent = in[5],
                        .slopes = in[6]},
                       starts);
}

std::vector<testing::Leaves::Item> random_items(const Sizes& s) {
  std::vector<testing::Leaves::Item> items;
  Draws draws = RandomStream(1, "entity memory").draws();
  for (const GradientInput& input : inputs(s)) {
    std::vector<Real> values(input.shape.size());
    for (Real& value : values) value = draws.normal();
    items.push_back({input.shape, values});
  }
  return items;
}

const std::array<Var, 7> kLeaves = {Var{0}, Var{1}, Var{2}, Var{3}, Var{4}, Var{5}, Var{6}};

// Eqs. (2) to (5) for one slot after the other.
struct Loops {
  Vector slots, gates;

  Loops(testing::Leaves& leaves, const Sizes& s) {
    const auto value = [&](std::size_t leaf, std::size_t row, std::size_t k) {
      return leaves.value(leaf)[row * (leaf == 2 ? s.slots : s.width) + k];
    };
    gates.resize(kRows * s.slots);
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t j = 0; j < s.slots; ++j) {
        Vector h(s.width);
        for (std::size_t k = 0; k < s.width; ++k) h[k] = value(4, j, k);
        for (std::size_t row = kStarts[b]; row < kStarts[b + 1]; ++row) {
          double score = value(2, row, j), squares = 0;
          for (std::size_t k = 0; k < s.width; ++k) score += value(0, row, k) * h[k];
          const double gate = gates[row * s.slots + j] = 1 / (1 + std::exp(-score));
          Vector next(s.width);
          for (std::size_t k = 0; k < s.width; ++k) {
            double sum = value(3, j, k) + value(1, row, k);
            for (std::size_t i = 0; i < s.width; ++i) sum += h[i] * value(5, i, k);
            next[k] = h[k] + gate * (sum > 0 ? sum : leaves.value(6)[k] * sum);
            squares += next[k] * next[k];
          }
          for (std::size_t k = 0; k < s.width; ++k) h[k] = next[k] / std::sqrt(squares);
        }
        slots.insert(slots.end(), h.begin(), h.end());
      }
    }
  }
};

}  // namespace

TEST_CASE("an entity memory is its equations, slot by slot", "[entity_memory]") {
  for (const Sizes& s : kSizes) {
    INFO(s.slots << " slots of width " << s.width);
    testing::Leaves leaves(random_items(s));
    for (const bool record : {true, false}) {
      Tape tape;
      tape.reset(leaves.all(), record);
      const EntityMemory memory = run(tape, kLeaves);
      CHECK(tape.shape(memory.slots) == Shape{kBatch * s.slots, s.width});
      CHECK(tape.shape(memory.gates) == Shape{kRows, s.slots});
      const Loops expected(leaves, s);
      CHECK_THAT(tape.value(memory.slots), testing::close_to(expected.slots, 1e-12));
      CHECK_THAT(tape.value(memory.gates), testing::close_to(expected.gates, 1e-12));
    }
  }
}

TEST_CASE("an entity memory has the gradient of central differences", "[entity_memory][gradient]") {
  for (const Sizes& s : kSizes) {
    INFO(s.slots << " slots of width " << s.width);
    CHECK(check_gradients(inputs(s), [](Tape& tape, auto in) { return run(tape, in).slots; },
                          {.step = kStep, .elements = 30}) < 1e-7);
  }
}

TEST_CASE("slots that were told something have length one, gates are between 0 and 1", "[entity_memory]") {
  for (const Sizes& s : kSizes) {
    testing::Leaves leaves(random_items(s));
    Tape tape;
    tape.reset(leaves.all());
    const EntityMemory memory = run(tape, kLeaves);
    for (const Real gate : tape.value(memory.gates)) CHECK((gate > 0 && gate < 1));
    for (std::size_t row = 0; row < kBatch * s.slots; ++row) {
      const auto slot = tape.value(memory.slots).subspan(row * s.width, s.width);
      double squares = 0;
      for (const Real x : slot) squares += x * x;
      if (row / s.slots != 1) {
        CHECK(squares == Approx(1));
      } else {  // the example without sentences
        CHECK_THAT(slot,
                   testing::equal_to(std::span(leaves.value(4)).subspan(row % s.slots * s.width, s.width)));
      }
    }
  }
}

TEST_CASE("a sentence is written to the slots whose gate it opens, and to no other", "[entity_memory]") {
  constexpr Sizes kTwo{2, 4};
  const std::vector<std::uint32_t> kOneExample = {0, kRows};
  auto items = random_items(kTwo);
  for (const std::size_t zero : {3, 5}) std::ranges::fill(items[zero].values, Real(0));  // V w_j and U
  items[0].values.assign(kRows * 4, 0);
  items[4].values = {1, 0, 0, 0, 0, 1, 0, 0};
  items[1].values.assign(kRows * 4, 0);
  items[2].values.assign(kRows * 2, -1000);
  items[1].values[2] = 100;   // the first sentence says the third unit
  items[2].values[1] = 1000;  // to the second slot
  testing::Leaves leaves(std::move(items));
  Tape tape;
  tape.reset(leaves.all());
  const EntityMemory memory = run(tape, kLeaves, kOneExample);
  CHECK_THAT(tape.value(memory.slots).first(4), testing::equal_to({1, 0, 0, 0}));
  CHECK_THAT(tape.value(memory.slots).subspan(4, 4), testing::close_to({0, 0.01, 1, 0}, 1e-3));
}

TEST_CASE("a slot of zeros that nothing is written to stays one", "[entity_memory]") {
  auto items = random_items({3, 5});
  for (const std::size_t zero : {0, 1, 3, 4}) std::ranges::fill(items[zero].values, Real(0));
  testing::Leaves leaves(std::move(items));
  Tape tape;
  tape.reset(leaves.all());
  for (const Real x : tape.value(run(tape, kLeaves).slots)) CHECK(x == 0);
}

TEST_CASE("a clipped backward pass clips between the sentences of an entity memory too", "[entity_memory]") {
  constexpr Sizes kSmall{3, 5};
  // The gradient of the initial slots is what one more step hands on, summed over the examples.
  const auto largest = [&](Real limit) {
    testing::Leaves leaves(random_items(kSmall));
    Tape tape;
    tape.reset(leaves.all());
    const Var slots = run(tape, kLeaves).slots;
    tape.backward(sum(tape, reshape(tape, slots, {tape.shape(slots).size()})), 1, limit);
    Real most = 0;
    for (const Real g : leaves.gradient(4)) most = std::max(most, std::abs(g));
    return most;
  };
  constexpr Real kLimit = 1e-3;
  CHECK(largest(std::numeric_limits<Real>::infinity()) > kBatch * kLimit);
  CHECK(largest(kLimit) <= kBatch * kLimit);
}

TEST_CASE("an entity memory refuses inputs of other shapes, naming them", "[entity_memory]") {
  for (std::size_t wrong = 0; wrong < kLeaves.size(); ++wrong) {
    auto items = random_items({3, 5});
    if (wrong == 4) continue;  // the one that says what the others' shapes are
    items[wrong].shape = items[wrong].shape.rank() == 1 ? Shape{1, 5} : Shape{items[wrong].values.size()};
    testing::Leaves leaves(std::move(items));
    Tape tape;
    tape.reset(leaves.all());
    CHECK_THROWS_WITH(run(tape, kLeaves), Catch::StartsWith("entity_memory: "));
  }
}
