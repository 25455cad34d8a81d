// Room on the disk, asked for before it is needed: on a full disk HDF5 1.10 can report success and lose data,
// so nothing is handed to it that might not fit.
#pragma once

#include <cstdint>
#include <filesystem>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Blocks set aside for one open file, beyond its end too; its size does not change.
class DiskSpace {
 public:
  /// `descriptor` of the file at `path` must stay open for as long as need() is called.
  DiskSpace(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}

  /// Makes sure that the first `bytes` of the file can be written, and some more so as not to ask often.
  /// Throws IoError if the disk is full. File systems that cannot set blocks aside are taken at their word.
  void need(std::uint64_t bytes);

 private:
  int descriptor_;
  std::filesystem::path path_;
  std::uint64_t reserved_ = 0;
};

/// Gives back what was set aside beyond the end of a closed file. Throws IoError.
void release_space(const std::filesystem::path& path);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
