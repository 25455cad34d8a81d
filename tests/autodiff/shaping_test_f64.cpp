#include "framework/autodiff/shaping.hpp"

#include "framework/autodiff/elementwise.hpp"
#include "framework/autodiff/gradient_check.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
using Inputs = std::span<const Var>;

namespace {

// Every op is used twice beside another use of its argument, so that contributions have to add up.
template <class Op>
GradientError check(const std::vector<GradientInput>& inputs, Op op) {
  return check_gradients(inputs, [&](Tape& tape, Inputs in) {
    std::vector<Var> outputs{op(tape, in), tanh(tape, op(tape, in))};
    for (const Var x : in) outputs.push_back(affine(tape, x, 3, 0));
    return outputs;
  });
}

}  // namespace

TEST_CASE("ops that move elements move their gradients back", "[shaping][gradient]") {
  CHECK(check({{2, 6}}, [](Tape& t, Inputs in) { return reshape(t, in[0], {3, 4}); }) < 1e-9);
  CHECK(check({{2, 2, 17}}, [](Tape& t, Inputs in) { return slice(t, in[0], 5, 7); }) < 1e-9);
  CHECK(check({{2, 1}, {2, 17}, {2, 3}}, [](Tape& t, Inputs in) { return concat(t, in); }) < 1e-9);
  CHECK(check({{3, 15}}, [](Tape& t, Inputs in) { return pad(t, in[0], 33); }) < 1e-9);
  for (const std::ptrdiff_t by : {1, -1, 0, 7, -20}) {
    CHECK(check({{2, 7}}, [&](Tape& t, Inputs in) { return roll(t, in[0], by); }) < 1e-9);
  }
  CHECK(check({{2, 3, 4}}, [](Tape& t, Inputs in) { return transpose(t, in[0]); }) < 1e-9);
  CHECK(check({{2, 7}}, [](Tape& t, Inputs in) { return repeat(t, in[0], 5); }) < 1e-9);
  CHECK(check({{3, 2}, {3, 5}, {3, 2}, {3, 5}}, [](Tape& t, Inputs in) { return stack_steps(t, in, 2); }) <
        1e-9);
  const std::size_t steps[] = {2, 0, 2};
  CHECK(check({{6, 7}}, [&](Tape& t, Inputs in) { return take_steps(t, in[0], steps, 2); }) < 1e-9);
}

TEST_CASE("parts may repeat, and some may be constant", "[shaping][gradient]") {
  CHECK(check_gradients({{2, 3}}, [](Tape& tape, Inputs in) {
          const Var fixed = tape.constant(std::vector<Real>(4, 1), {2, 2});
          const Var parts[] = {fixed, in[0], in[0], fixed, in[0]};
          const Var steps[] = {fixed, in[0], fixed, in[0]};
          return std::vector<Var>{concat(tape, parts), stack_steps(tape, steps, 2)};
        }) < 1e-9);
}
