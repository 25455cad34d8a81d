#include "experiments/tracing.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/story_tracing.hpp"
#include "experiments/trace_recorder.hpp"

namespace tapehead {
namespace {

// Rows [time, example, width] as [step, example, time, width].
TraceTensor from_rows(const Real* rows, std::size_t steps, std::size_t examples, std::size_t width,
                      TraceTensor into) {
  for (std::size_t b = 0; b < examples; ++b) {
    for (std::size_t t = 0; t < steps; ++t) {
      std::transform(rows + (t * examples + b) * width, rows + (t * examples + b + 1) * width,
                     into.values.begin() + static_cast<std::ptrdiff_t>((b * steps + t) * width),
                     [](Real x) { return static_cast<float>(x); });
    }
  }
  return into;
}

// Logits as probabilities, in place: of each bit by itself, or of the classes of a row.
void to_probabilities(std::vector<float>& logits, std::size_t width, Loss loss) {
  if (loss == Loss::bits) {
    for (float& x : logits) x = 1 / (1 + std::exp(-x));
    return;
  }
  for (auto row = logits.begin(); row != logits.end(); row += static_cast<std::ptrdiff_t>(width)) {
    const auto end = row + static_cast<std::ptrdiff_t>(width);
    const float largest = *std::max_element(row, end);
    float sum = 0;
    for (auto x = row; x != end; ++x) sum += * x = std::exp(*x - largest);
    for (auto x = row; x != end; ++x) *x /= sum;
  }
}

}  // namespace

TraceSet trace_batch(TrainedNet& net, const Batch& batch) {
  if (const auto* const stories = std::get_if<StoryBatch>(&batch)) return trace_stories(net, *stories);
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  const std::size_t steps = sequence->steps(), examples = sequence->size();
  const std::size_t inputs = net.task->input_size(), targets = net.task->target_size();
  const bool bits = net.task->loss() == Loss::bits;

  Tape tape;
  tape.reset(net.model->parameters().leaves(nullptr), false);
  TraceRecorder recorder(examples, steps);
  const Prediction prediction = net.model->predict(tape, batch, Steps::all, &recorder);

  const auto plain = [&](const char* name, const char* text, std::vector<std::string> axes,
                         std::size_t width) {
    const std::vector<std::size_t> extents(axes.size(), width);
    return tensor_of(name, text, examples, steps, std::move(axes), extents);
  };
  const std::string input_axis = bits ? "bit" : "channel", target_axis = bits ? "bit" : "class";
  TraceSet traces{.steps = {net.step}, .tensors = {}};
  traces.tensors.push_back(from_rows(sequence->inputs.data(), steps, examples, inputs,
                                     plain("input", "input", {input_axis}, inputs)));
  traces.tensors.push_back(from_rows(sequence->targets.data(), steps, examples, targets,
                                     plain("target", "target", {target_axis}, targets)));
  traces.tensors.push_back(
      from_rows(sequence->mask.data(), steps, examples, 1, plain("mask", "where it counts", {}, 1)));
  TraceTensor output = from_rows(tape.value(prediction.logits).data(), steps, examples, targets,
                                 plain("output", "output probability", {target_axis}, targets));
  to_probabilities(output.values, targets, net.task->loss());
  traces.tensors.push_back(std::move(output));
  for (TraceTensor& tensor : recorder.take()) traces.tensors.push_back(std::move(tensor));
  separate_axes(traces.tensors);
  return traces;
}

}  // namespace tapehead
