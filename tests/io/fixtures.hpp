// Runs, checkpoints and directories for the tests of framework/io.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "framework/io/checkpoint.hpp"
#include "framework/io/run_contents.hpp"
#include "framework/io/traces.hpp"
#include "tests/support/temporary_directory.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {

using testing::TemporaryDirectory;

/// Settings and facts of every type; more than the eight from which on HDF5 stores attributes in another way.
inline RunDescription example_description() {
  std::vector<Attribute> config = {{"training.batch", std::int64_t{16}},
                                   {"training.learning_rate", 1e-4},
                                   {"memory.learned", true},
                                   {"model.clip", false},
                                   {"model.name", std::string("ntm")}};
  for (int i = 0; i < 12; ++i) config.push_back({"extra.setting_" + std::to_string(i), 0.5 * i});
  return {.info = {.title = "copy, LSTM controller",
                   .run_id = "20260101T000000-s1",
                   .settings = "[training]\nbatch = 16  # γ\n",
                   .config = config,
                   .provenance = {{"seed", std::int64_t{1}},
                                  {"git_dirty", false},
                                  {"compiler", std::string("g++")}}},
          .train = {{"loss", "bit", "cost per sequence"}, {"wall_time", "s", "time since the start"}},
          .eval = {{"loss", "bit", "cost per sequence"}},
          .summary = {{"best_loss", "bit", "lowest evaluation loss"}, {"steps_to_threshold", "1", ""}}};
}

/// Row `step` of /metrics/train of the example: loss and wall_time.
inline std::vector<double> example_row(std::int64_t step) {
  return {1.0 / static_cast<double>(step), 0.25 * static_cast<double>(step)};
}

inline TraceTensor example_tensor(const std::string& name, std::vector<std::string> axes,
                                  std::vector<std::size_t> shape) {
  TraceTensor tensor{
      .name = name, .long_name = "recorded " + name, .axes = std::move(axes), .shape = shape, .values = {}};
  tensor.values.resize(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
  std::iota(tensor.values.begin(), tensor.values.end(), 0.5F);
  return tensor;
}

/// Inputs are wider than targets, and write heads are more than read heads.
inline TraceSet example_traces(std::vector<std::int64_t> steps = {10, 20}) {
  const std::size_t n = steps.size();
  return {.steps = std::move(steps),
          .tensors = {
              example_tensor("input", {"step", "example", "time", "bit"}, {n, 2, 5, 10}),
              example_tensor("target", {"step", "example", "time", "bit"}, {n, 2, 5, 8}),
              example_tensor("read_weights", {"step", "example", "time", "head", "slot"}, {n, 2, 5, 1, 7}),
              example_tensor("write_weights", {"step", "example", "time", "head", "slot"}, {n, 2, 5, 2, 7})}};
}

inline Checkpoint example_checkpoint(std::int64_t step) {
  const RunDescription description = example_description();
  Checkpoint checkpoint{
      .step = step,
      .run_id = description.info.run_id,
      .settings = description.info.settings,
      .config = description.info.config,
      .counters = {{"sequences", 16 * step}, {"partial_loss", 0.1}},
      .model = {{"memory/heads/weight", {2, 3}, {1, 2, 3, 4, 5, Real(1) / 3}}, {"memory/start", {1}, {-0.0}}},
      .optimizer = {{"mean_square/memory/heads/weight", {2, 3}, {6, 5, 4, 3, 2, 1}}},
      .metrics = {.train = MetricsTable::with(description.train),
                  .eval = MetricsTable::with(description.eval),
                  .summary = {{description.summary[0], 0.125}},
                  .wall_seconds = 12.5}};
  for (std::int64_t at = 1; at <= step; ++at) {
    checkpoint.metrics.train.step.push_back(at);
    const std::vector<double> row = example_row(at);
    for (std::size_t i = 0; i < row.size(); ++i) checkpoint.metrics.train.columns[i].values.push_back(row[i]);
  }
  return checkpoint;
}

inline std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void replace_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::vector<std::string> file_names(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
