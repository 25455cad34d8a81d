#include "experiments/probes.hpp"

#include <utility>

#include "experiments/tracing.hpp"
#include "framework/io/run_revision.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead {
namespace {

// The same examples for every net.
Batch fresh(const Task& task, std::size_t examples) {
  Batch batch;
  task.sample(RandomStream(0, "trace"), examples, batch);
  return batch;
}

std::vector<std::pair<std::string, Batch>> chosen(const Task& task, const std::vector<std::size_t>& lengths,
                                                  std::size_t examples) {
  std::vector<std::pair<std::string, Batch>> batches;
  for (const std::size_t length : lengths) {
    batches.emplace_back("length_" + std::to_string(length), fresh(*task.with_length(length), examples));
  }
  if (!lengths.empty()) return batches;
  for (auto& probe : task.probes()) batches.emplace_back(probe.name, std::move(probe.batch));
  if (batches.empty()) batches.emplace_back("sample", fresh(task, examples));
  return batches;
}

}  // namespace

std::vector<std::string> record_probes(TrainedNet& net, const std::vector<std::size_t>& lengths,
                                       std::size_t examples) {
  std::vector<std::string> names;
  for (const auto& [name, batch] : chosen(*net.task, lengths, examples)) {
    write_traces(net.directory, name, trace_batch(net, batch));
    names.push_back(name);
  }
  return names;
}

}  // namespace tapehead
