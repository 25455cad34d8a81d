#include "experiments/usable_checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/checkpoint_state.hpp"
#include "experiments/run_settings.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw DataError(path.string() + ": " + reason);
}

void expect_finite(const std::vector<NamedTensor>& tensors, const fs::path& where) {
  for (const NamedTensor& tensor : tensors) {
    if (!std::ranges::all_of(tensor.values, [](Real value) { return std::isfinite(value); }))
      refuse(where, tensor.path + " has values that are not finite numbers");
  }
}

// No NaN in the optimiser's state. Infinity can be there: a finite gradient's square may overflow.
void expect_numbers(const std::vector<NamedTensor>& tensors, const fs::path& where) {
  for (const NamedTensor& tensor : tensors) {
    if (std::ranges::any_of(tensor.values, [](Real value) { return std::isnan(value); }))
      refuse(where, tensor.path + " has values that are not numbers");
  }
}

// Every setting stands in a checkpoint twice. Settings that only one side has are of another version of the program.
void expect_same_settings(const Checkpoint& checkpoint, const RunSettings& settings, const fs::path& where) {
  for (const Attribute& setting : config_attributes(settings.settings())) {
    const AttributeValue* const stored = find_attribute(checkpoint.config, setting.name);
    if (stored != nullptr && *stored != setting.value)
      refuse(where, "its settings file and its attributes differ in " + setting.name);
  }
}

// A larger model can have all the parameters of this one.
void expect_no_others(const std::vector<NamedTensor>& tensors, const Parameters& parameters,
                      const fs::path& where) {
  for (const NamedTensor& tensor : tensors) {
    if (std::ranges::none_of(parameters.all(), [&](const Parameter& p) { return p.path == tensor.path; }))
      refuse(where, "its settings make no parameter " + tensor.path);
  }
}

void expect_fit(const FoundCheckpoint& found) {
  const Checkpoint& checkpoint = found.checkpoint;
  const auto settings = stored_settings(checkpoint.settings, found.path.string(), {});
  expect_same_settings(checkpoint, *settings, found.path);
  const std::unique_ptr<Task> task = settings->make_task();
  const std::unique_ptr<Model> model = settings->make_model(*task);
  Trainer trainer(*model, *task, settings->training(), settings->seed(), 1);
  restore(checkpoint, found.path, trainer);
  expect_no_others(checkpoint.model, model->parameters(), found.path);
  expect_finite(checkpoint.model, found.path);
  expect_numbers(checkpoint.optimizer, found.path);
}

std::optional<std::string> run_id_in_run_file(const fs::path& run_directory) {
  try {
    return RunReader(run_directory).contents().info.run_id;
  } catch (const DataError&) {
    return std::nullopt;
  }
}

// The run that most of its files name; of two named equally often the one in run.h5.
std::optional<std::string> run_id_of(const fs::path& run_directory,
                                     const std::optional<std::string>& in_run_file) {
  std::map<std::string, int> named;
  for (const std::string& id : checkpoint_run_ids(run_directory)) ++named[id];
  if (in_run_file) ++named[*in_run_file];
  const auto most = std::ranges::max_element(named, {}, [](const auto& id) { return id.second; });
  if (most == named.end()) return std::nullopt;
  if (in_run_file && named[*in_run_file] == most->second) return in_run_file;
  return most->first;
}

}  // namespace

void expect_usable(const FoundCheckpoint& found) {
  const auto no_model = [&](const std::exception& error) {
    refuse(found.path, std::string("its settings make no model: ") + error.what());
  };
  try {
    expect_fit(found);
  } catch (const UsageError& error) {
    no_model(error);
  } catch (const std::invalid_argument& error) {
    no_model(error);
  }
}

std::function<void(const FoundCheckpoint&)> usable_in(const fs::path& run_directory) {
  const std::optional<std::string> in_run_file = run_id_in_run_file(run_directory);
  return [run_directory, in_run_file](const FoundCheckpoint& found) {
    expect_usable(found);
    const std::string& id = found.checkpoint.run_id;
    if (id == in_run_file) return;
    const std::optional<std::string> expected = run_id_of(run_directory, in_run_file);
    if (expected && id != *expected)
      refuse(found.path, "it is of the run " + id + ", the others here are of " + *expected);
  };
}

}  // namespace tapehead
