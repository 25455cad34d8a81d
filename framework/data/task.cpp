#include "framework/data/task.hpp"

#include <limits>
#include <stdexcept>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

double Task::chance() const { return std::numeric_limits<double>::quiet_NaN(); }

double Task::optimum(const Batch&) const { return std::numeric_limits<double>::quiet_NaN(); }

std::vector<std::string_view> Task::quantities() const { return {}; }

std::unique_ptr<Task> Task::with(std::string_view quantity, std::size_t) const {
  throw UsageError("task '" + std::string(name()) + "' has no " + std::string(quantity) +
                   " to choose (task." + std::string(quantity) + ")");
}

void Task::take(Split, std::size_t first, std::size_t count, Batch&) const {
  throw std::out_of_range("task '" + std::string(name()) + "' stores no examples: none of [" +
                          std::to_string(first) + ", " + std::to_string(first + count) + ")");
}

std::vector<Probe> Task::probes() const { return {}; }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
