// One process at a time changes the files of a directory.
#pragma once

#include <filesystem>

namespace tapehead {

/// flock(2) on <directory>/.lock, while this lives. A file that is open for writing, since over NFS only such a one can be
/// locked exclusively. The file stays.
class DirectoryLock {
 public:
  /// Waits for other processes. Throws IoError if the file cannot be made or locked.
  explicit DirectoryLock(const std::filesystem::path& directory);
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  int descriptor_;
};

/// The lock's file.
std::filesystem::path lock_path(const std::filesystem::path& directory);

/// Makes a directory where there is none, and tries whether files can be made and locked there. Throws IoError.
void expect_writable(const std::filesystem::path& directory);

}  // namespace tapehead
