#include "framework/io/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "framework/io/schema.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr mode_t kOwnMode = 0666;  // less what the user's umask takes away

[[noreturn]] void fail(const std::filesystem::path& path, const char* action, int error = errno) {
  throw IoError(path.string() + ": " + action + " failed: " + std::strerror(error));
}

/// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(Call&& call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : path_(path), fd_(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kOwnMode); })) {
    if (fd_ < 0) fail(path, (flags & O_CREAT) != 0 ? "create" : "open");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  operator int() const { return fd_; }

  void sync() const {
    if (uninterrupted([&] { return ::fsync(fd_); }) != 0) fail(path_, "fsync");
  }
  void close() {
    // Linux closes the descriptor even if a signal interrupts: it must not be closed again.
    if (::close(std::exchange(fd_, -1)) != 0 && errno != EINTR) fail(path_, "close");
  }

 private:
  std::filesystem::path path_;
  int fd_;
};

void write_all(const Descriptor& file, const std::filesystem::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (written < 0) fail(path, "write");
    if (written == 0) fail(path, "write", ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// Writes a temporary file, which is removed again if that fails.
void write_temporary(const std::filesystem::path& partial, std::span<const std::byte> bytes) {
  try {
    Descriptor file(partial, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file, partial, bytes);
    file.sync();
    // So that reading back asks the disk and not only the cache; advice, which may be ignored.
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    file.close();
    const std::vector<std::byte> back = read_bytes(partial);
    if (!std::equal(back.begin(), back.end(), bytes.begin(), bytes.end())) {
      throw IoError(partial.string() + ": reading back gave other bytes than were written");
    }
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw;
  }
}

void rename_temporary(const std::filesystem::path& partial, const std::filesystem::path& path) {
  if (uninterrupted([&] { return ::rename(partial.c_str(), path.c_str()); }) != 0) {
    const int error = errno;
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    fail(path, "rename", error);
  }
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  Descriptor(directory, O_RDONLY | O_DIRECTORY).sync();
}

// Of this process's writers of a file; of those of other machines the name of this one tells it.
std::filesystem::path own_partial_path(const std::filesystem::path& path) {
  static std::atomic<unsigned> written = 0;
  std::array<char, 64> machine{};
  ::gethostname(machine.data(), machine.size() - 1);
  return path.string() + "." + machine.data() + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(++written) + schema::kPartial;
}

// What killed writers of the same file left: nobody takes an hour over one.
void sweep_left_over(const std::filesystem::path& path) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name.starts_with(path.filename().string() + ".") && name.ends_with(schema::kPartial);
    if (ours && entry.last_write_time(error) < old && !error) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace

std::filesystem::path partial_path(const std::filesystem::path& path) {
  return path.string() + schema::kPartial;
}

void write_partial(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  write_temporary(partial_path(path), bytes);
}

void publish(const std::filesystem::path& path) { rename_temporary(partial_path(path), path); }

void write_whole(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  sweep_left_over(path);
  const std::filesystem::path partial = own_partial_path(path);
  write_temporary(partial, bytes);
  rename_temporary(partial, path);
}

void sync_file(const std::filesystem::path& path) { Descriptor(path, O_RDONLY).sync(); }

bool overwrite(int descriptor, std::uint64_t at, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted(
        [&] { return ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at)); });
    if (written <= 0) return false;
    at += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  struct stat status;
  if (::fstat(file, &status) != 0) fail(path, "stat");
  if (!S_ISREG(status.st_mode)) throw IoError(path.string() + ": not a regular file");
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = uninterrupted([&] { return ::read(file, bytes.data() + done, bytes.size() - done); });
    if (got < 0) fail(path, "read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void sweep_partial(const std::filesystem::path& directory) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == schema::kPartial) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
