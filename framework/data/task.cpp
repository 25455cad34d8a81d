#include "framework/data/task.hpp"

#include <limits>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

double Task::chance() const { return std::numeric_limits<double>::quiet_NaN(); }

std::unique_ptr<Task> Task::with_length(std::size_t) const {
  throw UsageError("task '" + std::string(name()) + "' has no length to choose (task.length)");
}

std::vector<Probe> Task::probes() const { return {}; }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
