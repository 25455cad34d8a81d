// One process at a time changes the files of a directory.
#pragma once

#include <filesystem>

namespace tapehead {

/// flock(2) on <directory>/.lock, while this lives. A file that is open for writing, since over NFS only such a one can be
/// locked exclusively. The file stays; who has the lock may remove it.
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

/// Whether an open file is the one that stands at a path.
bool is_file_at(int descriptor, const std::filesystem::path& path);

/// The lock's file.
std::filesystem::path lock_path(const std::filesystem::path& directory);

/// Makes a directory where there is none, and tries whether files can be made and locked there. Throws IoError.
void expect_writable(const std::filesystem::path& directory);

}  // namespace tapehead
