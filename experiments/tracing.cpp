#include "experiments/tracing.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

// An empty tensor [step 1, example, time, …].
TraceTensor tensor_of(std::string name, std::string long_name, std::size_t examples, std::size_t steps,
                      std::vector<std::string> axes, const std::vector<std::size_t>& extents) {
  TraceTensor tensor;
  tensor.name = std::move(name);
  tensor.long_name = std::move(long_name);
  tensor.axes = {"step", "example", "time"};
  tensor.shape = {1, examples, steps};
  tensor.axes.insert(tensor.axes.end(), axes.begin(), axes.end());
  tensor.shape.insert(tensor.shape.end(), extents.begin(), extents.end());
  std::size_t size = 1;
  for (const std::size_t extent : tensor.shape) size *= extent;
  tensor.values.resize(size);
  return tensor;
}

// Calls visit(k) with the places of a recording's elements in its source, for one example, row by row.
template <class Visit>
void for_each_element(const Recording& recording, std::size_t example, Visit&& visit) {
  const Shape& extents = recording.extents;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    std::size_t place = recording.offset + example * recording.example_step;
    std::size_t rest = i;
    for (std::size_t axis = extents.rank(); axis-- > 0;) {
      place += rest % extents[axis] * recording.steps[axis];
      rest /= extents[axis];
    }
    visit(place);
  }
}

class TraceRecorder final : public Recorder {
 public:
  TraceRecorder(std::size_t examples, std::size_t steps) : examples_(examples), steps_(steps) {}

  void record(const Tape& tape, std::size_t time, std::span<const Recording> recordings) override {
    for (const Recording& recording : recordings) {
      TraceTensor& tensor = tensor_for(recording);
      const std::span<const Real> source = tape.value(recording.source);
      const std::size_t size = recording.extents.size();
      for (std::size_t b = 0; b < examples_; ++b) {
        float* into = tensor.values.data() + (b * steps_ + time) * size;
        for_each_element(recording, b,
                         [&](std::size_t place) { *into++ = static_cast<float>(source[place]); });
      }
    }
  }

  std::vector<TraceTensor> take() { return std::move(tensors_); }

 private:
  TraceTensor& tensor_for(const Recording& recording) {
    const auto [found, fresh] = index_.emplace(recording.name, tensors_.size());
    if (fresh) {
      tensors_.push_back(tensor_of(std::string(recording.name), std::string(recording.long_name), examples_,
                                   steps_, {recording.axes.begin(), recording.axes.end()},
                                   {recording.extents.begin(), recording.extents.end()}));
    }
    return tensors_[found->second];
  }

  std::size_t examples_;
  std::size_t steps_;
  std::vector<TraceTensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

// A file keeps an axis under its name, beside the tensors: an axis that a memory named like one of them ("shift") gets
// another name ("shift_index").
void separate_axes(std::vector<TraceTensor>& tensors) {
  for (TraceTensor& tensor : tensors) {
    for (std::string& axis : tensor.axes) {
      if (std::ranges::find(tensors, axis, &TraceTensor::name) != tensors.end()) axis += "_index";
    }
  }
}

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
  const auto* const sequence = std::get_if<SequenceBatch>(&batch);
  if (sequence == nullptr) throw UnavailableError("tracing is for tasks of sequences");
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
