#include "experiments/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
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

fs::path lock_path(const fs::path& directory) { return directory / ".lock"; }

DirectoryLock::DirectoryLock(const fs::path& directory)
    : descriptor_(::open(lock_path(directory).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnMode)) {
  int result = descriptor_ < 0 ? -1 : 0;
  if (result == 0) {
    do {
      result = ::flock(descriptor_, LOCK_EX);
    } while (result != 0 && errno == EINTR);
  }
  if (result == 0) return;
  const std::string reason = std::strerror(errno);
  if (descriptor_ >= 0) ::close(descriptor_);
  throw IoError(directory.string() + ": it cannot be locked: " + reason);
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
