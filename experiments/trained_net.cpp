#include "experiments/trained_net.hpp"

#include <iostream>
#include <vector>

#include "experiments/checkpoint_state.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/stored_examples.hpp"
#include "experiments/usable_checkpoint.hpp"
#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

FoundCheckpoint find(const std::filesystem::path& directory, const std::string& which) {
  if (which == "best") {
    const std::filesystem::path path = best_checkpoint_path(directory);
    if (!std::filesystem::exists(path)) {
      throw DataError(directory.string() +
                      ": there is no best checkpoint, for the run was never evaluated; " +
                      "--checkpoint last has the newest");
    }
    const FoundCheckpoint best{path, read_checkpoint(path)};
    expect_usable(best);
    return best;
  }
  if (which != "last") throw UsageError("--checkpoint: expected last or best, got '" + which + "'");
  std::vector<std::string> warnings;
  std::optional<FoundCheckpoint> found =
      newest_good_checkpoint(directory, BadCheckpoint::skip, warnings, usable_in(directory));
  for (const std::string& warning : warnings) std::cerr << "tapehead: warning: " << warning << "\n";
  if (!found) throw DataError(directory.string() + ": there is no usable checkpoint in it");
  return std::move(*found);
}

// A damaged run is found out before any work.
RunInfo info_of(const std::filesystem::path& directory) {
  try {
    return RunReader(directory).contents().info;
  } catch (const DataError& error) {
    if (list_checkpoints(directory).empty()) throw;
    throw DataError(std::string(error.what()) + "\nrebuild it with: ./tapehead repair " + shown(directory));
  }
}

}  // namespace

TrainedNet load_net(const Arguments& arguments) {
  if (arguments.positional.empty()) throw UsageError("which run? expected its directory");
  const std::string& name = arguments.positional.front();
  const std::filesystem::path directory = find_run_directory(name);
  if (RunLock::held(directory)) {
    throw IoError(name + ": the run is still being written; wait for its end, or end it with Ctrl-C");
  }
  expect_same_examples(directory, info_of(directory));
  const FoundCheckpoint found = find(directory, arguments.text("checkpoint").value_or("last"));
  TrainedNet net;
  net.directory = directory;
  net.settings = stored_settings(found.checkpoint.settings, found.path.string(), {});
  net.step = found.checkpoint.step;
  net.task = net.settings->make_task();
  net.model = net.settings->make_model(*net.task);
  restore_parameters(found.checkpoint, found.path, *net.model);
  net.model->set_linear_attention(static_cast<std::size_t>(net.step) < net.settings->training().linear_start);
  return net;
}

}  // namespace tapehead
