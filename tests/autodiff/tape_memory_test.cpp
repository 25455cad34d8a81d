// What the tape does with memory from step to step.
#include <algorithm>
#include <array>
#include <cstdint>

#include "framework/autodiff/broadcast.hpp"
#include "framework/autodiff/gradient_pool.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/losses.hpp"
#include "framework/nn/lstm.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"

using namespace tapehead;

namespace {

// A recurrent network with every kind of op on the tape: generic, fused, staged, over several blocks of rows.
class Network {
 public:
  Network() : stack_(Scope(parameters_) / "lstm", {.inputs = 3, .units = 10, .layers = 2, .cell_clip = 5}) {
    parameters_.complete(1);
    gradients_ = aligned_new(parameters_.flat_size() * sizeof(Real));
    Real* const gradients = reinterpret_cast<Real*>(gradients_.get());
    std::fill_n(gradients, parameters_.flat_size(), Real(0));  // backward leaves the padding alone
    leaves_ = parameters_.leaves(gradients);
    input_ = testing::random_values(4 * 3, "input");
    targets_.assign(4 * 10, 1);
    mask_.assign(4, 1);
  }

  /// One training step over `steps` time steps of a batch of 4; returns the loss.
  Real step(std::size_t steps, bool record = true) {
    tape_.reset(leaves_, record);
    const Var x = tape_.constant(input_, {4, 3});
    LstmStack::State state = stack_.initial_state(tape_, 4);
    Var loss = tape_.constant(std::array<Real, 1>{0}, {});
    for (std::size_t t = 0; t < steps; ++t) {
      state = stack_.step(tape_, {&x, 1}, state);
      loss = add(tape_, loss, bits_loss(tape_, softmax(tape_, state.back().hidden), targets_, mask_));
    }
    if (record) tape_.backward(loss);
    return tape_.value(loss)[0];
  }

  std::span<const Real> gradients() const {
    return {reinterpret_cast<const Real*>(gradients_.get()), parameters_.flat_size()};
  }
  const Tape& tape() const { return tape_; }

 private:
  Parameters parameters_;
  LstmStack stack_;
  AlignedMemory gradients_;
  std::vector<Leaf> leaves_;
  std::vector<Real> input_, targets_, mask_;
  Tape tape_;
};

}  // namespace

TEST_CASE("after the longest sequence has been seen, steps make no heap allocation", "[tape][memory]") {
  Network network;
  network.step(200);
  network.step(200);  // chunks have become one
  const std::size_t before = testing::allocations();
  for (int repetition = 0; repetition < 10; ++repetition) {
    for (const std::size_t steps : {200U, 10U, 1U, 77U, 200U}) network.step(steps);
    network.step(200, false);
  }
  CHECK(testing::allocations() == before);
  network.step(800);
  CHECK(testing::allocations() > before);
}

TEST_CASE("a step gives the same bits whatever ran on the tape before", "[tape][memory]") {
  Network used, fresh;
  for (const std::size_t steps : {50U, 3U, 120U}) used.step(steps);
  const Real loss = used.step(20);
  CHECK(fresh.step(20) == loss);
  const auto a = used.gradients(), b = fresh.gradients();
  std::size_t compared = 0;
  for (std::size_t i = 0; i < a.size(); ++i) compared += a[i] == b[i];
  CHECK(compared == a.size());
}

TEST_CASE("reset makes the same values in the same memory", "[tape][memory]") {
  Tape tape;
  const auto run = [&] {
    tape.reset({});
    const Var x = tape.constant(testing::random_values(100, "x"), {100});
    return tape.value(softmax(tape, x)).data();
  };
  const Real* const first = run();
  CHECK(run() == first);
}

TEST_CASE("gradients that were kept go back to the pool at reset", "[tape][memory]") {
  std::vector<Real> value(10'000, 1), gradient(10'000);
  const Leaf leaf{value.data(), gradient.data(), {value.size()}};
  Tape tape;
  const auto step = [&] {
    tape.reset({&leaf, 1});
    const Var y = multiply(tape, Var{0}, Var{0});
    tape.keep_gradient(y);
    tape.backward(sum(tape, y));
  };
  step();
  const std::size_t before = testing::allocations();
  for (int repetition = 0; repetition < 10; ++repetition) step();
  CHECK(testing::allocations() == before);
}

TEST_CASE("every value starts on a cache line", "[tape][memory]") {
  Tape tape;
  tape.reset({});
  for (std::size_t n = 1; n < 40; n += 3) {
    const Var v = tape.output({n}, false);
    CHECK(reinterpret_cast<std::uintptr_t>(tape.data(v)) % kAlignment == 0);
  }
}

TEST_CASE("the pool hands out distinct aligned buffers, and those given back again", "[memory]") {
  GradientPool pool;
  std::vector<std::pair<Real*, std::size_t>> buffers;
  for (std::size_t n = 1; n <= 300; n += 13) {
    buffers.emplace_back(pool.take(n), n);
    CHECK(reinterpret_cast<std::uintptr_t>(buffers.back().first) % kAlignment == 0);
    std::fill_n(buffers.back().first, n, static_cast<Real>(n));
  }
  for (const auto& [data, n] : buffers) {
    CHECK(std::all_of(data, data + n, [n = n](Real x) { return x == static_cast<Real>(n); }));
  }
  Real* const last = buffers.back().first;
  const std::size_t before = testing::allocations();
  for (const auto& [data, n] : buffers) pool.give(data, n);
  CHECK(pool.take(buffers.back().second) == last);
  for (std::size_t i = 0; i + 1 < buffers.size(); ++i) pool.take(buffers[i].second);
  CHECK(testing::allocations() == before);
}
