// A net as a run left it, for evaluating and tracing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "experiments/command_line.hpp"
#include "experiments/run_settings.hpp"
#include "framework/data/task.hpp"
#include "framework/models/model.hpp"

namespace tapehead {

struct TrainedNet {
  std::filesystem::path directory;  // of the run
  std::unique_ptr<RunSettings> settings;
  std::unique_ptr<Task> task;
  std::unique_ptr<Model> model;
  std::int64_t step = 0;  // training steps done
};

/// The option that says which of a run's checkpoints is meant.
inline constexpr Option kCheckpointOption{"checkpoint", "last|best",
                                          "the newest, or that of the lowest evaluation loss; default: last"};

/// The run that a command's first argument names, with the parameters of the checkpoint that --checkpoint names
/// (default: last). Damaged and foreign checkpoints are passed over, with a warning on standard error. Throws UsageError
/// without an argument, DataError if the run or all checkpoints are damaged or the task's stored examples are not those of
/// the training, IoError if another process is writing the run.
TrainedNet load_net(const Arguments& arguments);

}  // namespace tapehead
