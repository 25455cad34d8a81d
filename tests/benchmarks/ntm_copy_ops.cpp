#include "tests/benchmarks/ntm_copy_ops.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "framework/autodiff/products.hpp"
#include "framework/autodiff/reduce.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/memory/ntm_heads.hpp"
#include "framework/memory/read_write.hpp"
#include "framework/memory/similarity.hpp"
#include "framework/nn/losses.hpp"
#include "framework/nn/lstm.hpp"
#include "framework/tensor/arena.hpp"
#include "framework/tensor/random.hpp"
#include "framework/training/optimizer.hpp"
#include "tasks/copy.hpp"
#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

namespace {

constexpr HeadLayout kLayout{.read_heads = 1, .write_heads = 1, .width = kWidth, .shift_range = 1};
constexpr MemoryShape kMemory{.slots = kSlots, .width = kWidth};
constexpr SimilarityEpsilon kEpsilon{.in_norm = Real(1e-16), .added = 0};

// Aligned scalars drawn from a normal distribution of standard deviation 0.1.
class Values {
 public:
  explicit Values(std::size_t size) : memory_(aligned_new(size * sizeof(Real))), size_(size) {
    Draws draws = RandomStream(1, "values").draws();
    for (std::size_t i = 0; i < size; ++i) data()[i] = static_cast<Real>(0.1 * draws.normal());
  }
  Real* data() const { return reinterpret_cast<Real*>(memory_.get()); }
  std::size_t size() const { return size_; }

 private:
  AlignedMemory memory_;
  std::size_t size_;
};

// A tape with leaves of given shapes, leaf i being Var{i}, and a body that computes a scalar from them.
class Loop {
 public:
  using Body = std::function<Var(Tape&)>;

  Loop(std::initializer_list<Shape> shapes, Body body) : body_(std::move(body)) {
    for (const Shape& shape : shapes) {
      const Real* const value = values_.emplace_back(shape.size()).data();
      Real* const gradient = values_.emplace_back(shape.size()).data();
      leaves_.push_back({const_cast<Real*>(value), gradient, shape});
    }
  }

  void step() {
    tape_.reset(leaves_);
    tape_.backward(body_(tape_));
  }

 private:
  std::vector<Values> values_;
  std::vector<Leaf> leaves_;
  Body body_;
  Tape tape_;
};

Subject subject(std::string name, std::initializer_list<Shape> leaves, Loop::Body body) {
  const auto loop = std::make_shared<Loop>(leaves, std::move(body));
  return {std::move(name), [loop] { loop->step(); }};
}

// Makes everything in `parts`, each [batch, width], count.
Var sum_of(Tape& tape, std::span<const Var> parts) { return sum(tape, stack_steps(tape, parts, 1)); }

Subject update() {
  constexpr std::size_t kSize = kControllerRows * kGates + (kUnits + 1) * kHeadColumns +
                                kOutputRows * kOutputs + kSlots * kWidth + 2 * kSlots + 2 * kUnits + kWidth;
  struct State {
    std::shared_ptr<const Optimizer> optimizer = make_optimizer({});
    Values parameters{kSize}, gradient{kSize};
    std::vector<Values> state;
    std::vector<Real*> arrays;
    std::uint64_t step = 0;
  };
  const auto state = std::make_shared<State>();
  for (std::size_t i = 0; i < state->optimizer->state_names().size(); ++i) {
    Values& array = state->state.emplace_back(kSize);
    std::fill_n(array.data(), kSize, Real(0));
    state->arrays.push_back(array.data());
  }
  return {"optimiser", [state] {
            const std::array<const Real*, 1> gradients{state->gradient.data()};
            state->optimizer->update({state->parameters.data(), gradients, state->arrays}, 0, kSize,
                                     {.step = ++state->step, .learning_rate = 1e-4, .clip = 10});
          }};
}

Subject draw(std::size_t batch, std::size_t length) {
  struct State {
    Copy task;
    Batch batch;
    std::uint64_t step = 0;
  };
  const auto state = std::make_shared<State>(
      State{Copy({.min_length = length, .max_length = length, .bits = kOutputs}), {}, 0});
  return {"drawing the batch", [state, batch] {
            state->task.sample(RandomStream(1, "train").step(++state->step), batch, state->batch);
          }};
}

}  // namespace

std::vector<Subject> ntm_copy_ops(std::size_t batch, std::size_t length) {
  const std::size_t steps = time_steps(length);
  const Shape parameters{batch, kHeadColumns}, memory{batch, kWidth, kMemory.stride()},
      focus{batch, 1, kSlots};
  std::vector<Subject> subjects;

  subjects.push_back(subject(
      "LSTM and its products", {{kControllerRows, kGates}, {batch, kUnits}, {batch, kUnits}, {batch, kWidth}},
      [=, input = std::make_shared<Values>(batch * kInputs)](Tape& tape) {
        LstmState state{Var{1}, Var{2}};
        for (std::size_t t = 0; t < steps; ++t) {
          const Var x = tape.constant({input->data(), input->size()}, {batch, kInputs});
          state = lstm_step(tape, Var{0}, std::array{state.hidden, Var{3}, x}, state.cell);
        }
        return sum(tape, state.hidden);
      }));

  subjects.push_back(subject("head parameters and their product",
                             {{kUnits + 1, kHeadColumns}, {batch, kUnits}}, [=](Tape& tape) {
                               Var* const heads = tape.arena().array<Var>(steps);
                               for (std::size_t t = 0; t < steps; ++t) {
                                 const Var raw = linear(tape, Var{0}, std::array{Var{1}});
                                 heads[t] = activate_heads(tape, raw, kLayout, KeyActivation::tanh);
                               }
                               return sum_of(tape, {heads, steps});
                             }));

  subjects.push_back(subject("similarity", {memory, parameters}, [=](Tape& tape) {
    Var* const scores = tape.arena().array<Var>(steps);
    for (std::size_t t = 0; t < steps; ++t) {
      const Var score = similarity(tape, Var{0}, kMemory, Var{1}, kLayout.key(), kHeads, kEpsilon);
      scores[t] = reshape(tape, score, {batch, kHeads * kSlots});
    }
    return sum_of(tape, {scores, steps});
  }));

  subjects.push_back(subject("addressing", {{batch, kHeads, kSlots}, parameters, focus}, [=](Tape& tape) {
    const Var heads = activate_heads(tape, Var{1}, kLayout, KeyActivation::tanh);
    const Var start = softmax(tape, Var{2});
    Var read = start, write = start;
    for (std::size_t t = 0; t < steps; ++t) {
      read = address(tape, Var{0}, 0, heads, kLayout, 0, 1, read);
      write = address(tape, Var{0}, 1, heads, kLayout, 1, 1, write);
    }
    return sum(tape, concat(tape, std::array{read, write}));
  }));

  subjects.push_back(subject("read, erase and add", {memory, parameters, focus}, [=](Tape& tape) {
    const EraseAdd write{Var{2}, Var{1}, kLayout.erase(), kLayout.add()};
    Var* const reads = tape.arena().array<Var>(steps);
    Var contents{0};
    for (std::size_t t = 0; t < steps; ++t) {
      const ReadAndWritten done = read_then_erase_add(tape, contents, kMemory, Var{2}, write);
      reads[t] = done.read;
      contents = done.memory;
    }
    return sum_of(tape, {reads, steps});
  }));

  subjects.push_back(subject("output layer and loss",
                             {{kOutputRows, kOutputs}, {batch, kUnits}, {batch, kWidth}},
                             [=, targets = std::vector<Real>(length * batch * kOutputs, Real(1)),
                              mask = std::vector<Real>(length * batch, Real(1))](Tape& tape) {
                               Var* const seen = tape.arena().array<Var>(2 * length);
                               for (std::size_t t = 0; t < length; ++t) {
                                 seen[2 * t] = Var{1};
                                 seen[2 * t + 1] = Var{2};
                               }
                               const Var rows = stack_steps(tape, {seen, 2 * length}, 2);
                               return bits_loss(tape, linear(tape, Var{0}, std::array{rows}), targets, mask);
                             }));

  subjects.push_back(update());
  subjects.push_back(draw(batch, length));
  return subjects;
}

}  // namespace tapehead::bench
