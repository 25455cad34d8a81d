// run.h5 from its first byte until it has its name: always under a temporary name, on disk before it is
// renamed. Internal to framework/io.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "framework/io/disk_space.hpp"
#include "framework/io/run_layout.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// Bytes to be written at a place in a file.
struct Overwrite {
  haddr_t at;
  std::span<const std::byte> bytes;
};

/// An open run.h5 and the disk space set aside for it.
class OpenRunFile {
 public:
  OpenRunFile() = default;
  /// Writes everything into `path`.partial. `additions` are those of users to an old
  /// run.h5, as RunReader gives them.
  OpenRunFile(const std::filesystem::path& path, const RunContents& contents,
              const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions);
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
  /// To be called once HDF5 could not write: the file stays as it is on the disk, where it is what a killed writer
  /// leaves, except that `last_words` are written into it if that still works. Whatever HDF5 does with it from here on,
  /// closing it above all, comes to nothing: HDF5 1.10 would record rows whose chunk it never wrote.
  void abandon(std::span<const Overwrite> last_words) noexcept;

 private:
  std::filesystem::path path_, open_as_;
  File file_;
  std::optional<DiskSpace> space_;
};

/// A run.h5 to append to: written, switched to SWMR, and renamed. Throws IoError.
OpenRunFile start_run_file(const std::filesystem::path& path, const RunContents& contents,
                           const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions);

/// An ordinary run.h5, closed, in place of the one at `path`, if there is one. Throws IoError; the old file is then
/// still there.
void replace_run_file(const std::filesystem::path& path, const RunContents& contents,
                      const std::vector<ProbeTraces>& probes, std::span<const std::byte> additions);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
