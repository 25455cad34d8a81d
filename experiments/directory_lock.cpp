#include "experiments/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnMode = 0666;

}  // namespace

bool is_file_at(int descriptor, const fs::path& path) {
  struct stat mine, there;
  return ::fstat(descriptor, &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

fs::path lock_path(const fs::path& directory) { return directory / ".lock"; }

// Whoever had the lock before may have removed the file, and a lock on that is none.
DirectoryLock::DirectoryLock(const fs::path& directory) : descriptor_(-1) {
  const fs::path path = lock_path(directory);
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnMode);
    int result = descriptor_ < 0 ? -1 : 0;
    while (result == 0 && (result = ::flock(descriptor_, LOCK_EX)) != 0 && errno == EINTR) result = 0;
    if (result != 0) {
      const std::string reason = std::strerror(errno);
      if (descriptor_ >= 0) ::close(descriptor_);
      throw IoError(directory.string() + ": it cannot be locked: " + reason);
    }
  } while (!is_file_at(descriptor_, path));
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

void expect_writable(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw IoError(directory.string() + ": it cannot be made: " + error.message());
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw IoError(directory.string() + ": nothing can be written there: " + std::strerror(errno));
  }
  const DirectoryLock lock(directory);
}

}  // namespace tapehead
