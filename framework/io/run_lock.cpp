#include "framework/io/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "framework/io/schema.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 500ms;
constexpr auto kPause = 20ms;
constexpr mode_t kOwnMode = 0666;

/// False if somebody holds it in a way that excludes `operation`.
bool try_lock(int descriptor, int operation) {
  while (::flock(descriptor, operation | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& run_directory) {
  const std::filesystem::path path = run_directory / schema::kLockFile;
  do {
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnMode);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) throw IoError(path.string() + ": create failed: " + std::strerror(errno));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!try_lock(descriptor_, LOCK_EX)) {
    const int error = errno;
    if (error == EWOULDBLOCK && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    ::close(descriptor_);
    if (error == EWOULDBLOCK) throw IoError(run_directory.string() + ": another process is writing this run");
    throw IoError(path.string() + ": lock failed: " + std::strerror(error));
  }
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RunLock::held(const std::filesystem::path& run_directory) {
  const int descriptor = ::open((run_directory / schema::kLockFile).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = !try_lock(descriptor, LOCK_SH) && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
