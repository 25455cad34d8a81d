// Shapes, errors, traces and invariants of the NTM's memory.
#include "framework/memory/ntm_memory.hpp"

#include <cmath>
#include <map>

#include "framework/memory/read_write.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"

using namespace tapehead;
using tapehead::testing::random_values;

namespace {

NtmMemory::Options options() {
  NtmMemory::Options result;
  result.slots = 13;
  result.width = 5;
  result.read_heads = 2;
  result.write_heads = 3;
  result.shift_range = 2;
  return result;
}

struct Built {
  explicit Built(const NtmMemory::Options& o) : memory(Scope(parameters) / "memory", 4, o) {
    parameters.complete(1);
    tape.reset(parameters.leaves(nullptr), false);
  }
  Parameters parameters;
  NtmMemory memory;
  Tape tape;
};

// Rows of the last axis that are not distributions.
int bad_rows(const Tape& tape, Var weights) {
  const std::span<const Real> values = tape.value(weights);
  const std::size_t n = tape.shape(weights).back();
  int bad = 0;
  for (std::size_t row = 0; row < values.size(); row += n) {
    double total = 0;
    bool negative = false;
    for (std::size_t i = 0; i < n; ++i) {
      total += static_cast<double>(values[row + i]);
      negative = negative || !(values[row + i] >= 0);
    }
    bad += (negative || !(std::abs(total - 1) < 1e-5)) ? 1 : 0;
  }
  return bad;
}

}  // namespace

TEST_CASE("the NTM's state and vectors read have the shapes its header says", "[memory]") {
  for (const char* const order : {"read_first", "write_first"}) {
    NtmMemory::Options o = options();
    o.order = order;
    Built built(o);
    Tape& tape = built.tape;
    const auto first = built.memory.initial_state(tape, 3);
    const auto step = built.memory.step(tape, tape.constant(random_values(12, "control"), {3, 4}), first);
    for (const NtmMemory::State& state : {first, step.state}) {
      CHECK(to_string(tape.shape(state.memory)) == to_string(Shape{3, 5, padded(13)}));
      CHECK(to_string(tape.shape(state.read_weights)) == "[3, 2, 13]");
      CHECK(to_string(tape.shape(state.write_weights)) == "[3, 3, 13]");
    }
    CHECK(to_string(tape.shape(step.read)) == "[3, 10]");
    CHECK(built.memory.read_size() == 10);
    // 5 keys and 3 add vectors, 5 strengths, exponents and gates, 3 erase vectors, 5 times 5 shifts
    CHECK(to_string(tape.shape(step.state.parameters)) == "[3, 95]");
  }
}

TEST_CASE("the NTM registers its parameters under its scope", "[memory]") {
  std::vector<std::string> found;
  const Built built(options());
  for (const Parameter& p : built.parameters.all()) found.push_back(p.path + " " + to_string(p.shape));
  CHECK(found == std::vector<std::string>{"memory/heads/weight [5, 95]", "memory/initial [5, 13]",
                                          "memory/initial_read_focus [2, 13]",
                                          "memory/initial_write_focus [3, 13]"});
}

TEST_CASE("only a learned start of the NTM's memory is trained", "[memory]") {
  for (const char* const initial : {"learned", "random", "constant"}) {
    NtmMemory::Options o = options();
    o.initial = initial;
    CHECK(Built(o).parameters.all()[1].trained == (o.initial == "learned"));
  }
}

TEST_CASE("the NTM refuses a controller of another width or batch, naming both shapes", "[memory]") {
  Built built(options());
  const auto state = built.memory.initial_state(built.tape, 2);
  const auto step = [&](const Shape& shape) {
    return built.memory.step(built.tape, built.tape.constant(std::vector<Real>(shape.size()), shape), state);
  };
  CHECK_THROWS_AS(step({2, 3}), ShapeError);
  CHECK_THROWS_WITH(step({2, 3}), "NtmMemory::step: control has shape [2, 3], expected [2, 4]");
  CHECK_THROWS_WITH(step({3, 4}), "NtmMemory::step: control has shape [3, 4], expected [2, 4]");
}

TEST_CASE("the NTM refuses shifts that reach further than there are slots", "[memory]") {
  NtmMemory::Options o = options();
  o.slots = 4;
  CHECK_THROWS_AS(Built(o), UsageError);
  CHECK_THROWS_WITH(Built(o), "memory.shift_range = 2 gives 5 shifts, more than memory.slots = 4");
  o.slots = 5;
  CHECK_NOTHROW(Built(o));
}

TEST_CASE("the ops of a memory name what does not fit", "[memory]") {
  Tape tape;
  tape.reset({});
  const auto tensor = [&](const Shape& shape) {
    return tape.constant(std::vector<Real>(shape.size()), shape);
  };
  const MemoryShape shape{3, 2};
  const std::size_t stride = padded(3);
  const std::string right = to_string(Shape{4, 2, stride});
  const HeadLayout layout{1, 1, 2, 1};
  CHECK_THROWS_WITH(read_slots(tape, tensor({4, 2, 3}), shape, tensor({4, 1, 3})),
                    "read_slots: memory has shape [4, 2, 3], expected " + right);
  CHECK_THROWS_WITH(read_slots(tape, tensor({4, 2, stride}), shape, tensor({4, 1, 5})),
                    "read_slots: read weights has shape [4, 1, 5], expected [4, 1, 3]");
  CHECK_THROWS_WITH(erase_add(tape, tensor({4, 2, stride}), shape, {tensor({4, 1, 3}), tensor({4, 3}), 0, 2}),
                    "erase_add: parameters has shape [4, 3], expected [4, 4]");
  CHECK_THROWS_WITH(similarity(tape, tensor({4, 2, stride}), shape, tensor({3, 2}), 0, 1, {}),
                    "similarity: parameters has shape [3, 2], expected [4, 2]");
  CHECK_THROWS_WITH(similarity(tape, tensor({4, 2, stride}), shape, tensor({4, 2}), 1, 1, {}),
                    "similarity: parameters has shape [4, 2], expected [4, 3]");
  CHECK_THROWS_WITH(activate_heads(tape, tensor({4, 9}), layout, KeyActivation::tanh),
                    "activate_heads: raw has shape [4, 9], expected [4, 20]");
  CHECK_THROWS_WITH(address(tape, tensor({4, 1, 3}), 0, tensor({4, 20}), layout, 0, 1, tensor({4, 1, 7})),
                    "address: previous weights has shape [4, 1, 7], expected [4, 1, 3]");
  CHECK_THROWS_WITH(address(tape, tensor({4, 1, 3}), 1, tensor({4, 20}), layout, 0, 1, tensor({4, 1, 3})),
                    "address: similarity has shape [4, 1, 3], expected [4, 2, 3]");
}

TEST_CASE("the NTM's weightings are distributions and what it holds is bounded by what was written",
          "[memory]") {
  for (const char* const order : {"read_first", "write_first"}) {
    NtmMemory::Options o = options();
    o.order = order;
    o.initial_scale = 1;
    Built built(o);
    Tape& tape = built.tape;
    auto state = built.memory.initial_state(tape, 3);
    CHECK(bad_rows(tape, state.read_weights) == 0);
    CHECK(bad_rows(tape, state.write_weights) == 0);
    for (int t = 0; t < 20; ++t) {
      std::vector<Real> control = random_values(12, "control " + std::to_string(t));
      for (Real& c : control) c *= 5;
      const auto before = state;
      state = built.memory.step(tape, tape.constant(control, {3, 4}), state).state;
      CHECK(bad_rows(tape, state.read_weights) == 0);
      CHECK(bad_rows(tape, state.write_weights) == 0);
      // Erasing shrinks, and |add| ≤ 1: |M'(i)| ≤ |M(i)| + Σ_h w_h(i).
      const auto old = tape.value(before.memory), now = tape.value(state.memory),
                 w = tape.value(state.write_weights);
      const std::size_t stride = padded(o.slots);
      int grown = 0;
      for (std::size_t at = 0; at < now.size(); ++at) {
        const std::size_t example = at / (o.width * stride), slot = at % stride;
        if (slot >= o.slots) continue;
        Real limit = std::abs(old[at]);
        for (std::size_t h = 0; h < o.write_heads; ++h)
          limit += w[(example * o.write_heads + h) * o.slots + slot];
        grown += std::abs(now[at]) <= limit + Real(1e-5) ? 0 : 1;
      }
      CHECK(grown == 0);
    }
  }
}

TEST_CASE("weightings stay distributions for extreme heads", "[memory]") {
  Built built(options());
  Tape& tape = built.tape;
  auto state = built.memory.initial_state(tape, 3);
  for (int t = 0; t < 10; ++t) {
    std::vector<Real> control = random_values(12, "control " + std::to_string(t));
    for (Real& c : control) c *= 1000;
    state = built.memory.step(tape, tape.constant(control, {3, 4}), state).state;
    CHECK(bad_rows(tape, state.read_weights) == 0);
    CHECK(bad_rows(tape, state.write_weights) == 0);
  }
}

TEST_CASE("limited heads have key strengths and sharpening within the limit, clipped ones too", "[memory]") {
  const HeadLayout layout{2, 3, 5, 2};
  for (const bool limited : {true, false}) {
    NtmMemory::Options o = options();
    (limited ? o.head_limit : o.head_clip) = 5;
    Built built(o);
    std::vector<Real> control = random_values(12, "control");
    for (Real& c : control) c *= 1000;
    const auto state = built.memory.initial_state(built.tape, 3);
    const auto next = built.memory.step(built.tape, built.tape.constant(control, {3, 4}), state).state;
    const auto row = built.tape.value(next.parameters);
    Real strongest = 0, sharpest = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      for (std::size_t h = 0; h < layout.heads(); ++h) {
        strongest = std::max(strongest, row[b * layout.columns() + layout.key_strength(h)]);
        sharpest = std::max(sharpest, row[b * layout.columns() + layout.sharpening(h)]);
      }
    }
    CHECK(strongest == Approx(5.00672).epsilon(1e-5));  // log(1 + e^5)
    CHECK(sharpest == Approx(6.00672).epsilon(1e-5));
  }
}

TEST_CASE("the NTM's trace names its axes, and finds every example's elements", "[memory]") {
  Built built(options());
  Tape& tape = built.tape;
  auto state = built.memory.initial_state(tape, 3);
  state = built.memory.step(tape, tape.constant(random_values(12, "control"), {3, 4}), state).state;
  const HeadLayout layout{2, 3, 5, 2};
  const auto element = [&](const Recording& r, std::size_t example, std::vector<std::size_t> index) {
    std::size_t at = example * r.example_step + r.offset;
    for (std::size_t axis = 0; axis < index.size(); ++axis) at += index[axis] * r.steps[axis];
    return tape.value(r.source)[at];
  };
  std::map<std::string, Recording> recordings;
  for (const Recording& r : built.memory.trace(tape, state)) {
    INFO(r.name);
    CHECK(r.axes.size() == r.extents.rank());
    CHECK(r.steps.size() == r.extents.rank());
    recordings[std::string(r.name)] = r;
  }
  REQUIRE(recordings.size() == 11);
  CHECK(recordings["memory"].axes == std::vector<std::string_view>{"slot", "width"});
  const auto memory = tape.value(state.memory);
  CHECK(element(recordings["memory"], 2, {12, 4}) == memory[(2 * 5 + 4) * padded(13) + 12]);
  CHECK(element(recordings["write_weights"], 1, {2, 7}) ==
        tape.value(state.write_weights)[(1 * 3 + 2) * 13 + 7]);
  const auto row = tape.value(state.parameters);
  CHECK(element(recordings["erase"], 2, {1, 3}) == row[2 * 95 + layout.erase(1) + 3]);
  CHECK(element(recordings["sharpening"], 0, {4}) == row[layout.sharpening(4)]);
  CHECK(element(recordings["sharpening"], 0, {4}) >= 1);
  CHECK(element(recordings["shift"], 1, {3, 4}) == row[95 + layout.shift(3) + 4]);
}
