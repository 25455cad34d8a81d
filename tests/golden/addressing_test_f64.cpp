// The golden cases of addressing: content, interpolation, shift, sharpening, and a whole head.
//
// address() does all of eqs. (5), (7)-(9) at once. One of them is singled out by parameters that make the others pass
// their argument on: a closed gate takes the previous weighting, a shift of 0 moves nothing, an exponent of 1 does not
// sharpen. What remains is that address() normalises its weightings; where a case is stated for weightings that are
// not normalised in between, gradients agree but for a constant in every row, and the case is checked through generic
// ops beside.
#include <cmath>

#include "framework/autodiff/elementwise.hpp"
#include "framework/memory/ntm_heads.hpp"
#include "framework/memory/similarity.hpp"
#include "tests/golden/golden_run.hpp"
#include "tests/golden/ntm_cases.hpp"

using namespace tapehead;
using namespace tapehead::testing;

namespace {

Var constant_rows(Tape& tape, std::size_t rows, const std::vector<Real>& row) {
  std::vector<Real> values;
  for (std::size_t i = 0; i < rows; ++i) values.insert(values.end(), row.begin(), row.end());
  return tape.constant(values, {rows, row.size()});
}

// One head's addressing, by the names of the paper's equations; parts that are not valid drop out.
struct Addressing {
  Var similarity = {};    // [batch, slots]
  Var key_strength = {};  // [batch, 1]
  Var gate = {};          // [batch, 1]
  Var previous = {};      // [batch, slots]
  Var shift = {};         // [batch, shifts]
  Var sharpening = {};    // [batch, 1]
};

Var addressed(Tape& tape, const Addressing& a) {
  const Shape shape = tape.shape(a.previous.valid() ? a.previous : a.similarity);
  const std::size_t batch = shape[0], slots = shape[1];
  const auto or_else = [&](Var given, const std::vector<Real>& row) {
    return given.valid() ? given : constant_rows(tape, batch, row);
  };
  const std::vector<Real> nothing(slots);
  const Var shift = or_else(a.shift, {0, 1, 0});
  const HeadLayout layout{
      .read_heads = 1, .write_heads = 0, .width = 1, .shift_range = tape.shape(shift)[1] / 2};
  const Var key = constant_rows(tape, batch, {0});
  const Real open = a.similarity.valid() ? 1 : 0;
  const Var row = concat(tape, std::array{key, or_else(a.key_strength, {1}), or_else(a.sharpening, {1}),
                                          or_else(a.gate, {open}), shift});
  const auto with_head = [&](Var x) { return reshape(tape, x, {batch, 1, slots}); };
  const Var weights = address(tape, with_head(or_else(a.similarity, nothing)), 0, row, layout, 0, 1,
                              with_head(or_else(a.previous, nothing)));
  return reshape(tape, weights, shape);
}

// Σ_q s(q) · (w rotated by offsets[q]), with generic ops.
Var rotated(Tape& tape, Var weights, Var shift, const std::vector<std::ptrdiff_t>& offsets) {
  Var total;
  for (std::size_t q = 0; q < offsets.size(); ++q) {
    const Var part = multiply(tape, roll(tape, weights, offsets[q]), slice(tape, shift, q, 1));
    total = q == 0 ? part : add(tape, total, part);
  }
  return total;
}

std::vector<std::ptrdiff_t> shift_offsets(const GoldenRun& run) {
  std::vector<std::ptrdiff_t> offsets;
  for (const double offset : run.array("const", "shift_offsets").values) {
    offsets.push_back(static_cast<std::ptrdiff_t>(offset));
  }
  return offsets;
}

std::vector<std::ptrdiff_t> window(std::size_t shifts) {
  std::vector<std::ptrdiff_t> offsets;
  for (std::size_t q = 0; q < shifts; ++q) {
    offsets.push_back(static_cast<std::ptrdiff_t>(q) - static_cast<std::ptrdiff_t>(shifts / 2));
  }
  return offsets;
}

void check_content(const std::string& name, const SimilarityEpsilon& epsilon) {
  GoldenRun run(name);
  Tape& tape = run.tape();
  const Shape keys = run.shape("k"), memory = run.shape("M");
  const std::size_t batch = memory[0], heads = keys[1];
  const MemoryShape shape{memory[1], memory[2]};
  const Var similar = similarity(tape, memory_from_paper(tape, run.in("M")), shape,
                                 flat_rows(tape, run.in("k")), 0, heads, epsilon);
  const HeadLayout layout{.read_heads = heads, .write_heads = 0, .width = shape.width, .shift_range = 1};
  std::vector<Real> unshifted;
  for (std::size_t h = 0; h < heads; ++h) unshifted.insert(unshifted.end(), {0, 1, 0});
  const Var ones = constant_rows(tape, batch, std::vector<Real>(heads, 1));
  const Var row = concat(tape, std::array{flat_rows(tape, run.in("k")), run.in("beta"), ones, ones,
                                          constant_rows(tape, batch, unshifted)});
  const std::vector<Real> nothing(batch * heads * shape.slots);
  const Var previous = tape.constant(nothing, {batch, heads, shape.slots});
  run.outputs({{"K", similar}, {"w", address(tape, similar, 0, row, layout, 0, heads, previous)}});
  run.check_gradients();
}

void check_shift(const std::string& name) {
  const std::vector<std::ptrdiff_t> offsets = shift_offsets(GoldenRun(name));
  {
    GoldenRun run(name);
    run.outputs({{"wt", rotated(run.tape(), run.in("wg"), run.in("s"), offsets)}});
    run.check_gradients();
  }
  REQUIRE(offsets == window(offsets.size()));
  GoldenRun run(name);
  run.outputs({{"wt", addressed(run.tape(), {.previous = run.in("wg"), .shift = run.in("s")})}});
  run.check_gradients_within_rows({"wg", "s"});
}

void check_sharpening(const std::string& name) {
  GoldenRun run(name);
  Tape& tape = run.tape();
  const Var gamma = reshape(tape, run.in("gamma"), {run.shape("gamma").size(), 1});
  run.outputs({{"w", addressed(tape, {.previous = run.in("wt"), .sharpening = gamma})}});
  run.check_gradients();
}

}  // namespace

TEST_CASE("golden: content addressing without epsilon", "[golden][memory]") {
  check_content("ntm_content_addressing", {});
}

TEST_CASE("golden: content addressing with an epsilon beside the norms", "[golden][memory]") {
  const std::string name = "content_addressing_eps_plain";
  check_content(name, {.in_norm = 0, .added = static_cast<Real>(golden_attribute(name, "eps"))});
}

TEST_CASE("golden: content addressing with epsilons in the norms, over rows of zeros", "[golden][memory]") {
  const std::string name = "content_addressing_eps_deepmind_zero_rows";
  const auto epsilon = static_cast<Real>(golden_attribute(name, "eps"));
  check_content(name, {.in_norm = epsilon, .added = epsilon});
}

TEST_CASE("golden: interpolation", "[golden][memory]") {
  const std::string name = "ntm_interpolation";
  {
    GoldenRun run(name);
    Tape& tape = run.tape();
    const Var gate = reshape(tape, run.in("g"), {run.shape("g").size(), 1});
    const Var fresh = multiply(tape, gate, run.in("wc"));
    const Var kept = multiply(tape, affine(tape, gate, -1, 1), run.in("wprev"));
    run.outputs({{"wg", add(tape, fresh, kept)}});
    run.check_gradients();
  }
  GoldenRun run(name);
  Tape& tape = run.tape();
  const Var gate = reshape(tape, run.in("g"), {run.shape("g").size(), 1});
  // The content weighting is the softmax of its logarithm.
  run.outputs({{"wg", addressed(tape, {.similarity = log(tape, run.in("wc")),
                                       .gate = gate,
                                       .previous = run.in("wprev")})}});
  run.check_gradients({"g"});
  run.check_gradients_within_rows({"wc", "wprev"});
}

TEST_CASE("golden: circular shift by three offsets", "[golden][memory]") {
  check_shift("ntm_circular_shift_3");
}

TEST_CASE("golden: circular shift by five offsets", "[golden][memory]") {
  check_shift("ntm_circular_shift_5");
}

TEST_CASE("golden: circular shift of a focus at the last slot wraps around", "[golden][memory]") {
  const std::string name = "ntm_circular_shift_wrap_onehot";
  {
    GoldenRun run(name);
    run.outputs({{"wt", rotated(run.tape(), run.in("wg"), run.in("s"), shift_offsets(run))}});
    run.check_gradients();
  }
  // Where the shifted weighting is exactly 0, address() takes the derivative of sharpening with γ > 1, which is 0.
  GoldenRun run(name);
  run.outputs({{"wt", addressed(run.tape(), {.previous = run.in("wg"), .shift = run.in("s")})}});
  run.check_gradients_within_rows({"s"});
}

TEST_CASE("golden: circular shift over the whole memory", "[golden][memory]") {
  const std::string name = "ntm_circular_shift_full_N";
  const std::size_t shifts = GoldenRun(name).shape("s")[1];
  {
    GoldenRun run(name);
    std::vector<std::ptrdiff_t> offsets;
    for (std::size_t q = 0; q < shifts; ++q) offsets.push_back(static_cast<std::ptrdiff_t>(q));
    run.outputs({{"wt", rotated(run.tape(), run.in("wg"), run.in("s"), offsets)}});
    run.check_gradients();
  }
  if (shifts % 2 == 0) return;  // has no window -range … +range
  GoldenRun run(name);
  Tape& tape = run.tape();
  // Shift q of 0 … N - 1 stands at -range … +range modulo N.
  const Var centred = roll(tape, run.in("s"), static_cast<std::ptrdiff_t>(shifts / 2));
  run.outputs({{"wt", addressed(tape, {.previous = run.in("wg"), .shift = centred})}});
  run.check_gradients_within_rows({"wg", "s"});
}

TEST_CASE("golden: sharpening", "[golden][memory]") { check_sharpening("ntm_sharpening"); }

TEST_CASE("golden: sharpening where weights are exactly zero", "[golden][memory]") {
  check_sharpening("ntm_sharpening_exact_zeros");
}

TEST_CASE("golden: a whole head from the controller's raw outputs", "[golden][memory]") {
  GoldenRun run("ntm_head_addressing");
  Tape& tape = run.tape();
  const Shape memory = run.shape("M");
  const std::size_t heads = run.shape("raw")[1];
  const MemoryShape shape{memory[1], memory[2]};
  const HeadLayout layout = layout_of(run.shape("raw")[2], 0, shape.width, heads, 0);
  const Var row =
      activate_heads(tape, grouped(tape, run.in("raw"), {}, layout), layout, KeyActivation::linear);
  const Var similar =
      similarity(tape, memory_from_paper(tape, run.in("M")), shape, row, layout.key(), heads, {});
  run.outputs({{"w", address(tape, similar, 0, row, layout, 0, heads, run.in("wprev"))}});
  run.check_gradients();
}
