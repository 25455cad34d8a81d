#include "tests/support/io_shim/calls.hpp"

#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

namespace io_shim {
namespace {

constexpr int kFirstFreeDescriptor =
    200;  // for the record: far from those a program gets, which then do not change
constexpr int kKill = -2;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string next_word(std::string& text) {
  const auto end = std::min(text.find(' '), text.size());
  std::string word = text.substr(0, end);
  text.erase(0, end + 1);
  return word;
}

/// What TAPEHEAD_IO_FAIL says, and how many calls it has seen.
struct Rule {
  std::string kind, pattern;
  long first = 0;
  bool lasting = false;
  int what = 0;
  long seen = 0;

  explicit Rule(std::string text) {
    if (text.empty()) return;
    kind = next_word(text);
    pattern = next_word(text);
    const std::string number = next_word(text);
    first = std::atol(number.c_str());
    lasting = number.ends_with('+');
    what = text == "half" ? kHalf : text == "kill" ? kKill : std::atoi(text.c_str());
  }

  /// What becomes of this call: 0 for nothing.
  int applies(const char* of_kind, const std::string& path) {
    if (kind != of_kind || ::fnmatch(pattern.c_str(), path.c_str(), 0) != 0) return 0;
    ++seen;
    return seen == first || (lasting && seen > first) ? what : 0;
  }
};

struct Shim {
  std::string under = variable("TAPEHEAD_IO_UNDER");
  Rule rule{variable("TAPEHEAD_IO_FAIL")};
  int record = -1;
  std::mutex mutex;

  Shim() {
    const std::string path = variable("TAPEHEAD_IO_RECORD");
    if (path.empty()) return;
    const long opened = ::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (opened < 0) std::abort();
    record = ::fcntl(static_cast<int>(opened), F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
    ::syscall(SYS_close, opened);
  }

  bool watches(const std::string& path) const {
    return !under.empty() && path.starts_with(under) &&
           (path.size() == under.size() || path[under.size()] == '/');
  }
};

Shim& shim() {
  static Shim* const only = new Shim;  // never destroyed: files are closed after everything else is
  return *only;
}

}  // namespace

std::string path_of(int descriptor) {
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const long length = ::syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

std::string path_of(int directory, const char* path) {
  if (path[0] == '/') return path;
  if (directory != AT_FDCWD) return path_of(directory) + "/" + path;
  char current[PATH_MAX];
  return ::syscall(SYS_getcwd, current, sizeof current) > 0 ? std::string(current) + "/" + path : path;
}

bool watched(const Call& call) {
  return shim().watches(call.path) || (!call.other.empty() && shim().watches(call.other));
}

std::mutex& mutex() { return shim().mutex; }

int decide(const Call& call) {
  const int what = shim().rule.applies(call.kind, call.path);
  if (what == kKill) ::raise(SIGKILL);
  return what;
}

std::int64_t inode_of(int descriptor) {
  struct stat status;
  if (descriptor < 0 || ::syscall(SYS_newfstatat, descriptor, "", &status, AT_EMPTY_PATH) != 0) return 0;
  return static_cast<std::int64_t>(status.st_ino);
}

void write_record(const Call& call, std::int64_t inode, long result, int error, Bytes bytes) {
  if (shim().record < 0) return;
  const Bytes kind = call.kind;
  const auto length = [](Bytes text) { return static_cast<std::int64_t>(text.size()); };
  const std::int64_t head[8] = {
      result, error, inode, call.offset, length(kind), length(call.path), length(call.other), length(bytes)};
  std::string record(reinterpret_cast<const char*>(head), sizeof head);
  record.append(kind).append(call.path).append(call.other).append(bytes);
  if (::syscall(SYS_write, shim().record, record.data(), record.size()) != static_cast<long>(record.size()))
    std::abort();
}

}  // namespace io_shim
