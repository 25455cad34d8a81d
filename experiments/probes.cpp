#include "experiments/probes.hpp"

#include <algorithm>
#include <utility>

#include "experiments/tracing.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead {
namespace {

// The same examples for every net; of a stored set the first test questions.
Batch fresh(const Task& task, std::size_t examples) {
  Batch batch;
  if (const std::size_t stored = task.size(Split::test); stored > 0) {
    task.take(Split::test, 0, std::min(examples, stored), batch);
    return batch;
  }
  task.sample(RandomStream(0, "trace"), examples, batch);
  return batch;
}

std::vector<std::pair<std::string, Batch>> chosen(const Task& task, const std::vector<Variation>& variations,
                                                  std::size_t examples) {
  std::vector<std::pair<std::string, Batch>> batches;
  for (const Variation& variation : variations) {
    if (!variation.trained()) {
      batches.emplace_back(variation.name(), fresh(*variation.of(task), examples));
      continue;
    }
    std::vector<Probe> probes = task.probes();
    for (Probe& probe : probes) batches.emplace_back(probe.name, std::move(probe.batch));
    if (probes.empty()) batches.emplace_back("sample", fresh(task, examples));
  }
  return batches;
}

}  // namespace

std::vector<std::string> record_probes(TrainedNet& net, const std::vector<Variation>& variations,
                                       std::size_t examples) {
  std::vector<std::string> names;
  for (const auto& [name, batch] : chosen(*net.task, variations, examples)) {
    write_traces(net.directory, name, trace_batch(net, batch));
    names.push_back(name);
  }
  return names;
}

}  // namespace tapehead
