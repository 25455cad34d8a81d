// What a program does to the files below one directory: recorded call by call, and made to fail where a test says so.
//
// A library to be preloaded (LD_PRELOAD). It stands between the program and the C library; children inherit it, and a
// program that executes itself again starts it anew. It is told by the environment:
//
//   TAPEHEAD_IO_UNDER    the directory, absolute and without symbolic links; other files are left alone
//   TAPEHEAD_IO_RECORD   a file, outside of it, that records are appended to; none if it is not set
//   TAPEHEAD_IO_FAIL     "KIND PATTERN N WHAT": what becomes of the N-th call of that kind on a path that matches
//                        the pattern (fnmatch; no blanks). N+ means that one and all after it. WHAT is a number of
//                        errno, or `half` (a write or read moves half of its bytes), or `kill` (SIGKILL)
//
// Kinds: open close read write fsync truncate allocate rename remove mkdir lock stat. A record is eight int64 in the
// machine's order (result, errno or 0, inode, offset, and the lengths of the four parts that follow), then kind,
// path, second path, bytes. The offset of an open is its flags, that of an allocate is its mode, that of a truncate
// the new size. Records stand in the order in which the calls returned. Bytes that pass through the buffers of stdio
// are not seen; std::fstream and HDF5 do not use them.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace io_shim {

using Bytes = std::string_view;

struct Call {
  const char* kind;
  std::string path, other;
  int descriptor = -1;  // whose inode is noted
  std::int64_t offset = 0;
};

/// The path of an open file; of a path relative to a directory (AT_FDCWD is the current one).
std::string path_of(int descriptor);
std::string path_of(int directory, const char* path);

/// Whether a call concerns the directory.
bool watched(const Call& call);
/// Held from the question what becomes of a call until it is recorded.
std::mutex& mutex();

/// What becomes of a call: an errno, 0 for nothing, or kHalf. Does not return from a kill.
int decide(const Call& call);
inline constexpr int kHalf = -1;

/// The inode of an open file, 0 for none.
std::int64_t inode_of(int descriptor);
void write_record(const Call& call, std::int64_t inode, long result, int error, Bytes bytes);

/// Makes a call, or lets it fail, and records it. `system(share)` does it, with 1/share of the bytes it moves, and
/// `moved(result)` are the bytes to be recorded.
template <class System, class Moved>
long pass(Call call, System&& system, Moved&& moved) {
  if (!watched(call)) return system(1);
  const std::lock_guard guard(mutex());
  const int what = decide(call);
  const std::int64_t inode_before = inode_of(call.descriptor);  // a close takes it away
  long result = -1;
  if (what > 0) {
    if (std::strcmp(call.kind, "close") == 0) system(1);  // a failing close(2) closes all the same
    errno = what;
  } else {
    result = system(what == kHalf ? 2 : 1);
  }
  const int error = errno;
  const bool opened = std::strcmp(call.kind, "open") == 0 && result >= 0;
  write_record(call, opened ? inode_of(static_cast<int>(result)) : inode_before, result,
               result < 0 ? error : 0, moved(result));
  errno = error;
  return result;
}

template <class System>
long pass(Call call, System&& system) {
  return pass(std::move(call), system, [](long) { return Bytes(); });
}

}  // namespace io_shim
