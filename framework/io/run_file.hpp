// run.h5 from its first byte until it has its name: always under a temporary name, on disk before it is
// renamed. Internal to framework/io.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "framework/io/disk_space.hpp"
#include "framework/io/run_layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// An open run.h5 and the disk space set aside for it.
class OpenRunFile {
 public:
  OpenRunFile() = default;
  /// Writes everything into `path`.partial. `additions_from`, if not empty, is an old run.h5 whose additions
  /// by users are taken over.
  OpenRunFile(const std::filesystem::path& path, const RunContents& contents,
              const std::vector<ProbeTraces>& probes, const std::filesystem::path& additions_from);
  OpenRunFile(OpenRunFile&& other) noexcept;
  OpenRunFile& operator=(OpenRunFile&& other) noexcept;

  explicit operator bool() const { return file_ >= 0; }
  const File& operator*() const { return file_; }
  const File* operator->() const { return &file_; }

  /// Makes sure of room for so many more bytes. Throws IoError if the disk is full.
  void need(std::uint64_t more_bytes);

  /// Waits until the file is on disk and gives it its name.
  void publish();
  /// Closes, gives back spare disk space, and waits until the file is on disk.
  void close();

 private:
  std::filesystem::path path_, open_as_;
  File file_;
  std::optional<DiskSpace> space_;
};

/// A run.h5 to append to: written, switched to SWMR, and renamed. Throws IoError.
OpenRunFile start_run_file(const std::filesystem::path& path, const RunContents& contents,
                           const std::vector<ProbeTraces>& probes,
                           const std::filesystem::path& additions_from);

/// An ordinary run.h5, closed, in place of the one at `path`, whose additions it takes over. Throws IoError;
/// the old file is then still there.
void replace_run_file(const std::filesystem::path& path, const RunContents& contents,
                      const std::vector<ProbeTraces>& probes);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
