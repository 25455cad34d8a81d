#include "framework/io/disk_space.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::uint64_t kAhead = 1 << 20;  // bytes

/// 0, or the reason why the bytes cannot be had.
int allocate(int descriptor, std::uint64_t bytes) {
  while (::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

void DiskSpace::need(std::uint64_t bytes) {
  if (bytes <= reserved_) return;
  const bool ahead = allocate(descriptor_, bytes + kAhead) == 0;
  const int error = ahead ? 0 : allocate(descriptor_, bytes);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO) {
    throw IoError(path_.string() + ": write failed: " + std::strerror(error));
  }
  reserved_ = ahead ? bytes + kAhead : bytes;
}

void release_space(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) std::filesystem::resize_file(path, size, error);
  if (error) throw IoError(path.string() + ": truncate failed: " + error.message());
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
