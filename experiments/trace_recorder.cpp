#include "experiments/trace_recorder.hpp"

#include <algorithm>
#include <utility>

namespace tapehead {
namespace {

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

}  // namespace

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

void TraceRecorder::record(const Tape& tape, std::size_t time, std::span<const Recording> recordings) {
  for (const Recording& recording : recordings) {
    TraceTensor& tensor = tensor_for(recording);
    const std::span<const Real> source = tape.value(recording.source);
    const std::size_t size = recording.extents.size();
    for (std::size_t b = 0; b < examples_; ++b) {
      float* into = tensor.values.data() + (b * steps_ + time) * size;
      for_each_element(recording, b, [&](std::size_t place) { *into++ = static_cast<float>(source[place]); });
    }
  }
}

TraceTensor& TraceRecorder::tensor_for(const Recording& recording) {
  const auto [found, fresh] = index_.emplace(recording.name, tensors_.size());
  if (fresh) {
    tensors_.push_back(tensor_of(std::string(recording.name), std::string(recording.long_name), examples_,
                                 steps_, {recording.axes.begin(), recording.axes.end()},
                                 {recording.extents.begin(), recording.extents.end()}));
  }
  return tensors_[found->second];
}

void separate_axes(std::vector<TraceTensor>& tensors) {
  for (TraceTensor& tensor : tensors) {
    for (std::string& axis : tensor.axes) {
      if (std::ranges::find(tensors, axis, &TraceTensor::name) != tensors.end()) axis += "_index";
    }
  }
}

}  // namespace tapehead
