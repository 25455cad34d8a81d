#include "framework/models/lstm_baseline.hpp"

#include "framework/autodiff/products.hpp"
#include "framework/autodiff/shaping.hpp"
#include "framework/nn/initializers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

LstmBaseline::LstmBaseline(const TaskShape& task, const Options& options, std::uint64_t seed) : Model(task) {
  expect_sequences(task);
  const std::size_t n = options.units;
  for (std::size_t l = 0; l < options.layers; ++l) {
    const Scope scope = Scope(parameters()) / "lstm" / ("layer_" + std::to_string(l + 1));
    const std::size_t inputs = task.input_size + (l > 0 ? n : 0);
    layers_.push_back({scope.add("input", {inputs + 1, 4 * n}, initial::lstm(options.forget_bias)),
                       scope.add("recurrent", {n, 4 * n}, initial::glorot(false, n)),
                       scope.add("initial_hidden", {n}, initial::constant(0)),
                       scope.add("initial_cell", {n}, initial::constant(0))});
  }
  output_ = Scope(parameters())
                .add("output/weight", {options.layers * n + 1, task.target_size}, initial::glorot(true));
  parameters().complete(seed);
}

Prediction LstmBaseline::predict(Tape& tape, const Batch& batch, Steps which, Recorder* recorder) const {
  const SequenceBatch& sequence = sequences("LstmBaseline::predict", batch);
  const std::size_t examples = sequence.size(), width = task().input_size;
  const std::span<const std::size_t> steps = steps_of(tape, sequence, which);
  const std::size_t last = steps.back() + 1;
  const Var inputs =
      tape.constant({sequence.inputs.data(), last * examples * width}, {last * examples, width});

  Var* const hidden = tape.arena().array<Var>(layers_.size());
  Var* const parts = tape.arena().array<Var>(2);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    std::size_t count = 0;
    if (l > 0) parts[count++] = hidden[l - 1];
    parts[count++] = inputs;
    const LstmState initial{repeat(tape, layer.initial_hidden, examples),
                            repeat(tape, layer.initial_cell, examples)};
    hidden[l] = lstm_sequence(tape, linear(tape, layer.input, {parts, count}), layer.recurrent, initial);
  }
  if (recorder != nullptr) {
    for (std::size_t t = 0; t < last; ++t) recorder->record(tape, t, {});
  }
  // The output layer sees the rows of the predicted steps only; they need not follow each other.
  Var* const rows = tape.arena().array<Var>(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) rows[l] = take_steps(tape, hidden[l], steps, examples);
  return {linear(tape, output_, {rows, layers_.size()}), steps};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
