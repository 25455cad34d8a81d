// A checkpoint: all that a run needs to go on as if it had never stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/io/run_contents.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// A tensor by its path: "memory/heads/weight".
struct NamedTensor {
  std::string path;
  std::vector<std::size_t> shape;  // empty: one scalar; no extent may be 0
  std::vector<Real> values;        // row by row
};

struct Checkpoint {
  std::int64_t step = 0;          // training steps done
  std::string run_id;             // of the run it belongs to
  std::string settings;           // the settings file
  std::vector<Attribute> config;  // one per setting
  std::vector<Attribute>
      counters;  // sequences seen, partial sums, best loss, …: whatever else training keeps
  std::vector<NamedTensor> model;      // parameters
  std::vector<NamedTensor> optimizer;  // its state: "mean_square/memory/heads/weight"
  RunMetrics metrics;                  // everything measured up to the step
};

/// Writes a checkpoint so that `path` is at every moment the old file or the whole new one: under a temporary
/// name, synced, read back, renamed, the directory synced. Throws IoError naming path and reason; the old
/// file is then untouched. Throws std::invalid_argument if a tensor's values do not fit its shape.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Gives the memory back to the system that a checkpoint took for a moment, once it is gone: else a long run keeps what
/// its largest one took.
void give_back_memory();

/// Reads a checkpoint. No byte is interpreted before the digest of all was found right.
/// Throws DataError naming path and reason if it is damaged, no checkpoint, of the other precision, or contradicts
/// itself; IoError if it cannot be read.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// The tensor of that path, whose shape must be this one. Throws DataError "<where>: …" if it is missing or
/// has another shape, as in the checkpoint of another model.
const NamedTensor& find_tensor(const std::vector<NamedTensor>& among, std::string_view path,
                               const std::vector<std::size_t>& shape, const std::filesystem::path& where);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
