#include "framework/io/traces.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

std::size_t product(const std::vector<std::size_t>& shape, std::size_t from) {
  std::size_t result = 1;
  for (std::size_t axis = from; axis < shape.size(); ++axis) result *= shape[axis];
  return result;
}

void check_tensor(const TraceTensor& tensor, std::size_t steps) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("trace '" + tensor.name + "': " + why);
  };
  if (tensor.name.empty() || tensor.name.find('/') != std::string::npos) refuse("not a name");
  if (tensor.axes.empty() || tensor.axes.size() != tensor.shape.size()) {
    refuse(std::to_string(tensor.axes.size()) + " axes for " + std::to_string(tensor.shape.size()) +
           " extents");
  }
  if (std::set(tensor.axes.begin(), tensor.axes.end()).size() != tensor.axes.size())
    refuse("an axis occurs twice");
  if (tensor.values.size() != product(tensor.shape, 0)) {
    refuse(std::to_string(tensor.values.size()) + " values, its shape has " +
           std::to_string(product(tensor.shape, 0)));
  }
  if (tensor.values.empty()) refuse("it is empty");
  for (std::size_t axis = 0; axis < tensor.axes.size(); ++axis) {
    if (tensor.axes[axis] != schema::kStep) continue;
    if (axis != 0) refuse("step must be its first axis");
    if (tensor.shape[0] != steps) {
      refuse(std::to_string(tensor.shape[0]) + " steps, the probe has " + std::to_string(steps));
    }
  }
}

}  // namespace

void TraceSet::check() const {
  if (!std::is_sorted(steps.begin(), steps.end())) throw std::invalid_argument("traces: steps do not ascend");
  std::set<std::string> names, axes;
  for (const TraceTensor& tensor : tensors) {
    check_tensor(tensor, steps.size());
    if (!names.insert(tensor.name).second)
      throw std::invalid_argument("trace '" + tensor.name + "' occurs twice");
    axes.insert(tensor.axes.begin(), tensor.axes.end());
    for (const std::string& axis : tensor.axes) axes.insert(tensor.name + "_" + axis);
  }
  for (const std::string& name : names) {
    if (axes.contains(name)) throw std::invalid_argument("trace '" + name + "' has the name of an axis");
  }
}

bool TraceSet::cut_after(std::int64_t last_step) {
  const auto kept =
      static_cast<std::size_t>(std::upper_bound(steps.begin(), steps.end(), last_step) - steps.begin());
  steps.resize(kept);
  for (TraceTensor& tensor : tensors) {
    if (tensor.axes.front() != schema::kStep) continue;
    tensor.shape.front() = kept;
    tensor.values.resize(kept * product(tensor.shape, 1));
  }
  return kept != 0;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
