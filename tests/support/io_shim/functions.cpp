// The functions of the C library that stand in for its own; calls.hpp says what for.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "tests/support/io_shim/calls.hpp"

namespace {

using io_shim::Bytes;
using io_shim::Call;
using io_shim::pass;
using io_shim::path_of;

/// Half of the bytes, but one at least: moving none means something else.
std::size_t share_of(std::size_t bytes, int share) {
  return bytes > 1 ? bytes / static_cast<std::size_t>(share) : bytes;
}

int open_below(int directory, const char* path, int flags, mode_t mode) {
  return static_cast<int>(
      pass({.kind = "open", .path = path_of(directory, path), .other = "", .offset = flags},
           [&](int) { return ::syscall(SYS_openat, directory, path, flags, mode); }));
}

ssize_t write_bytes(int descriptor, const void* bytes, std::size_t count) {
  Call call{.kind = "write", .path = path_of(descriptor), .other = "", .descriptor = descriptor};
  const long flags = ::syscall(SYS_fcntl, descriptor, F_GETFL);
  call.offset =
      ::syscall(SYS_lseek, descriptor, 0, flags >= 0 && (flags & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
  return pass(
      call, [&](int share) { return ::syscall(SYS_write, descriptor, bytes, share_of(count, share)); },
      [&](long result) {
        return result > 0 ? Bytes(static_cast<const char*>(bytes), static_cast<std::size_t>(result))
                          : Bytes();
      });
}

long remove_below(int directory, const char* path, int flags) {
  return pass({.kind = "remove", .path = path_of(directory, path), .other = ""},
              [&](int) { return ::syscall(SYS_unlinkat, directory, path, flags); });
}

int on_descriptor(const char* kind, int descriptor, std::int64_t offset, auto&& system) {
  return static_cast<int>(pass(
      {.kind = kind, .path = path_of(descriptor), .other = "", .descriptor = descriptor, .offset = offset},
      [&](int) { return system(); }));
}

int flags_of(const char* mode) {
  const int access = std::strchr(mode, '+') != nullptr ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
  return mode[0] == 'r' ? access : access | O_CREAT | (mode[0] == 'w' ? O_TRUNC : O_APPEND);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_below(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_below(directory, path, flags, mode);
}

int __open_2(const char* path, int flags) { return open_below(AT_FDCWD, path, flags, 0); }

FILE* fopen(const char* path, const char* mode) {
  using Function = FILE* (*)(const char*, const char*);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "fopen"));
  FILE* file = nullptr;
  pass({.kind = "open", .path = path_of(AT_FDCWD, path), .other = "", .offset = flags_of(mode)}, [&](int) {
    file = next(path, mode);
    return file != nullptr ? static_cast<long>(::fileno(file)) : -1L;
  });
  return file;
}

int fclose(FILE* file) {
  using Function = int (*)(FILE*);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "fclose"));
  return on_descriptor("close", ::fileno(file), 0, [&] { return static_cast<long>(next(file)); });
}

int close(int descriptor) {
  return on_descriptor("close", descriptor, 0, [&] { return ::syscall(SYS_close, descriptor); });
}

ssize_t read(int descriptor, void* into, std::size_t count) {
  return pass({.kind = "read", .path = path_of(descriptor), .other = "", .descriptor = descriptor},
              [&](int share) { return ::syscall(SYS_read, descriptor, into, share_of(count, share)); });
}

ssize_t pread(int descriptor, void* into, std::size_t count, off_t offset) {
  return pass(
      {.kind = "read", .path = path_of(descriptor), .other = "", .descriptor = descriptor, .offset = offset},
      [&](int share) { return ::syscall(SYS_pread64, descriptor, into, share_of(count, share), offset); });
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
  return write_bytes(descriptor, bytes, count);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return write_bytes(descriptor, bytes.data(), bytes.size());
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset) {
  return pass(
      {.kind = "write", .path = path_of(descriptor), .other = "", .descriptor = descriptor, .offset = offset},
      [&](int share) { return ::syscall(SYS_pwrite64, descriptor, bytes, share_of(count, share), offset); },
      [&](long result) {
        return result > 0 ? Bytes(static_cast<const char*>(bytes), static_cast<std::size_t>(result))
                          : Bytes();
      });
}

int fsync(int descriptor) {
  return on_descriptor("fsync", descriptor, 0, [&] { return ::syscall(SYS_fsync, descriptor); });
}

int fdatasync(int descriptor) {
  return on_descriptor("fsync", descriptor, 0, [&] { return ::syscall(SYS_fdatasync, descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  return on_descriptor("truncate", descriptor, size,
                       [&] { return ::syscall(SYS_ftruncate, descriptor, size); });
}

int truncate(const char* path, off_t size) noexcept {
  return static_cast<int>(
      pass({.kind = "truncate", .path = path_of(AT_FDCWD, path), .other = "", .offset = size},
           [&](int) { return ::syscall(SYS_truncate, path, size); }));
}

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  return on_descriptor("allocate", descriptor, mode,
                       [&] { return ::syscall(SYS_fallocate, descriptor, mode, offset, size); });
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
  return fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  return static_cast<int>(
      pass({.kind = "rename", .path = path_of(from_directory, from), .other = path_of(to_directory, to)},
           [&](int) { return ::syscall(SYS_renameat, from_directory, from, to_directory, to); }));
}

int rename(const char* from, const char* to) noexcept { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int directory, const char* path, int flags) noexcept {
  return static_cast<int>(remove_below(directory, path, flags));
}

int unlink(const char* path) noexcept { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char* path) noexcept { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char* path) noexcept {
  const int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  return static_cast<int>(pass({.kind = "mkdir", .path = path_of(AT_FDCWD, path), .other = ""},
                               [&](int) { return ::syscall(SYS_mkdirat, AT_FDCWD, path, mode); }));
}

int flock(int descriptor, int operation) noexcept {
  return on_descriptor("lock", descriptor, operation,
                       [&] { return ::syscall(SYS_flock, descriptor, operation); });
}

int fstat(int descriptor, struct stat* into) noexcept {
  return on_descriptor("stat", descriptor, 0,
                       [&] { return ::syscall(SYS_newfstatat, descriptor, "", into, AT_EMPTY_PATH); });
}

// The same functions for programs compiled with 64-bit offsets, which all are here.
static_assert(sizeof(off_t) == 8);
int open64(const char*, int, ...) __attribute__((alias("open")));
int openat64(int, const char*, int, ...) __attribute__((alias("openat")));
int __open64_2(const char*, int) __attribute__((alias("__open_2")));
FILE* fopen64(const char*, const char*) __attribute__((alias("fopen")));
ssize_t pread64(int, void*, std::size_t, off_t) __attribute__((alias("pread")));
ssize_t pwrite64(int, const void*, std::size_t, off_t) __attribute__((alias("pwrite")));
int ftruncate64(int, off_t) noexcept __attribute__((alias("ftruncate")));
int truncate64(const char*, off_t) noexcept __attribute__((alias("truncate")));
int fallocate64(int, int, off_t, off_t) __attribute__((alias("fallocate")));
int posix_fallocate64(int, off_t, off_t) __attribute__((alias("posix_fallocate")));
}
