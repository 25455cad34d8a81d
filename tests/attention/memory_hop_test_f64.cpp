#include "framework/attention/memory_hop.hpp"

#include <cmath>
#include <numeric>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/tensor/error.hpp"
#include "framework/tensor/random.hpp"
#include "tests/autodiff/leaves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

constexpr std::size_t kPlaces = 5;
const std::vector<std::uint32_t> kStarts = {0, 3, 3,
                                            8};  // 3 sentences, none, and as many as there are places

std::vector<GradientInput> inputs(std::size_t width) { return {{3, width}, {8, width}, {8, width}}; }

std::vector<Var> outputs(const MemoryHop& hop) { return {hop.output, hop.weights}; }

// The same for one example, by generic ops: empty places are rows of zeros, or are not there.
std::vector<Var> by_generic_ops(Tape& tape, Inputs in, std::size_t example, EmptyPlaces empty,
                                bool softmaxed) {
  const std::size_t width = tape.shape(in[0])[1], n = kStarts[example + 1] - kStarts[example];
  const auto rows = [&](Var x, std::size_t first, std::size_t count) {
    std::vector<std::size_t> wanted(count);
    std::iota(wanted.begin(), wanted.end(), first);
    return take_steps(tape, x, wanted, 1);
  };
  const auto memory = [&](Var x) {
    const Var columns = transpose(tape, rows(x, kStarts[example], n));
    return transpose(tape, empty == EmptyPlaces::scored ? pad(tape, columns, kPlaces) : columns);
  };
  const Var input = memory(in[1]), output = memory(in[2]);
  const Var scores = matmul(tape, rows(in[0], example, 1), transpose(tape, input));
  const Var weights = softmaxed ? softmax(tape, scores) : scores;
  return {reshape(tape, matmul(tape, weights, output), {1, width}), pad(tape, weights, kPlaces)};
}

}  // namespace

TEST_CASE("a hop is what generic ops make of it, values and gradients", "[memory_hop]") {
  for (const std::size_t width : {1U, 4U, 9U, 20U}) {
    for (const EmptyPlaces empty : {EmptyPlaces::absent, EmptyPlaces::scored}) {
      for (const bool softmaxed : {false, true}) {
        INFO("width " << width << ", empty places " << static_cast<int>(empty) << ", softmax " << softmaxed);
        const auto run = [&](bool fused) {
          std::vector<testing::Leaves::Item> items;
          Draws draws = RandomStream(1, "hop").draws();
          for (const std::size_t rows : {3U, 8U, 8U}) {
            std::vector<Real> values(rows * width);
            for (Real& value : values) value = draws.normal();
            items.push_back({{rows, width}, values});
          }
          testing::Leaves leaves(std::move(items));
          Tape tape;
          tape.reset(leaves.all());
          const std::array<Var, 3> in = {Var{0}, Var{1}, Var{2}};
          std::vector<Real> all;
          Var loss = tape.constant(std::array{Real(0)}, {});
          const auto take = [&](Var value, std::size_t row, std::size_t columns) {
            for (std::size_t i = 0; i < columns; ++i) {
              all.push_back(tape.value(value)[row * columns + i]);
              const Var element =
                  slice(tape, reshape(tape, value, {1, tape.shape(value).size()}), row * columns + i, 1);
              const Real factor = std::sin(static_cast<Real>(all.size()));
              loss =
                  add(tape, loss, multiply(tape, sum(tape, element), tape.constant(std::array{factor}, {})));
            }
          };
          const MemoryHop hop = memory_hop(tape, in[0], in[1], in[2], kStarts, kPlaces, empty, softmaxed);
          for (const std::size_t example : {0U, 2U}) {
            const std::vector<Var> generic = by_generic_ops(tape, in, example, empty, softmaxed);
            take(fused ? hop.output : generic[0], fused ? example : 0, width);
            take(fused ? hop.weights : generic[1], fused ? example : 0, kPlaces);
          }
          tape.backward(loss);
          for (std::size_t leaf = 0; leaf < 3; ++leaf)
            all.insert(all.end(), leaves.gradient(leaf).begin(), leaves.gradient(leaf).end());
          return all;
        };
        CHECK_THAT(run(true), testing::close_to(run(false), 1e-12));
      }
    }
  }
}

TEST_CASE("a hop's weights are a distribution over its places", "[memory_hop]") {
  testing::Leaves leaves({{{3, 2}, {1, 2, 3, 4, 5, 6}},
                          {{8, 2}, std::vector<Real>(16, Real(0.5))},
                          {{8, 2}, std::vector<Real>(16, Real(1))}});
  for (const EmptyPlaces empty : {EmptyPlaces::absent, EmptyPlaces::scored}) {
    Tape tape;
    tape.reset(leaves.all());
    const MemoryHop hop = memory_hop(tape, Var{0}, Var{1}, Var{2}, kStarts, kPlaces, empty, true);
    const std::span<const Real> p = tape.value(hop.weights);
    for (std::size_t b = 0; b < 3; ++b) {
      const double total = std::accumulate(p.begin() + b * kPlaces, p.begin() + (b + 1) * kPlaces, 0.0);
      const bool nothing = b == 1 && empty == EmptyPlaces::absent;
      CHECK(total == Approx(nothing ? 0 : 1));
    }
    if (empty == EmptyPlaces::absent) CHECK(p[3] == 0);
    if (empty == EmptyPlaces::scored)
      CHECK(p[kPlaces] == Approx(1.0 / kPlaces));  // a story without sentences
    CHECK(tape.value(hop.output)[2] == 0);
  }
}

TEST_CASE("a hop has the gradient of central differences", "[memory_hop][gradient]") {
  for (const std::size_t width : {3U, 9U}) {
    for (const EmptyPlaces empty : {EmptyPlaces::absent, EmptyPlaces::scored}) {
      for (const bool softmaxed : {false, true}) {
        const auto hop = [&](Tape& tape, Inputs in) {
          return memory_hop(tape, in[0], in[1], in[2], kStarts, kPlaces, empty, softmaxed);
        };
        CHECK(check_gradients(inputs(width), [&](Tape& tape, Inputs in) { return outputs(hop(tape, in)); }) <
              1e-8);
        CHECK(check_gradients(inputs(width), [&](Tape& tape, Inputs in) { return hop(tape, in).output; }) <
              1e-8);
        CHECK(check_gradients(inputs(width), [&](Tape& tape, Inputs in) {
                const MemoryHop first =
                    hop(tape, in);  // the second's output memory is the first's input memory
                return memory_hop(tape, add(tape, in[0], first.output), in[2], in[1], kStarts, kPlaces, empty,
                                  softmaxed)
                    .output;
              }) < 1e-8);
      }
    }
  }
}

TEST_CASE("a hop finds the sentence that matches its query", "[memory_hop]") {
  // Three orthogonal sentences; the query is far along the second.
  testing::Leaves leaves(
      {{{1, 3}, {0, 50, 0}}, {{3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, {{3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}});
  const std::vector<std::uint32_t> starts = {0, 3};
  Tape tape;
  tape.reset(leaves.all());
  const MemoryHop hop = memory_hop(tape, Var{0}, Var{1}, Var{2}, starts, 3, EmptyPlaces::absent, true);
  CHECK_THAT(tape.value(hop.output), testing::close_to(std::vector<double>{4, 5, 6}, 1e-9));
}

TEST_CASE("memories that do not fit a hop are refused", "[memory_hop]") {
  testing::Leaves leaves(
      {{{3, 2}, std::vector<Real>(6)}, {{8, 2}, std::vector<Real>(16)}, {{7, 2}, std::vector<Real>(14)}});
  Tape tape;
  tape.reset(leaves.all());
  const auto hop = [&](Var input, Var output, RowStarts starts, std::size_t places) {
    memory_hop(tape, Var{0}, input, output, starts, places, EmptyPlaces::absent, true);
  };
  CHECK_NOTHROW(hop(Var{1}, Var{1}, kStarts, 5));
  CHECK_THROWS_AS(hop(Var{1}, Var{2}, kStarts, 5), ShapeError);
  CHECK_THROWS_AS(hop(Var{2}, Var{1}, kStarts, 5), ShapeError);
  CHECK_THROWS_AS(hop(Var{1}, Var{1}, RowStarts(kStarts).first(3), 5), ShapeError);
  CHECK_THROWS_AS(hop(Var{1}, Var{1}, kStarts, 4), ShapeError);  // 5 sentences
}
