#include "framework/io/reading_apart.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr std::uintmax_t kSeconds = 2;  // hundreds of times what a file without traces takes
constexpr std::uintmax_t kBytesPerSecond =
    1 << 20;  // of the file: 1 GiB when it is compressed as well as can be
constexpr std::uintmax_t kMostSeconds = 1 << 20;

// What a child's last word is. One that crashed has said none of them.
constexpr std::byte kReturned{'r'}, kRefused{'d'}, kFailed{'f'}, kNoMemory{'m'};

/// Processor time, so that neither other processes nor a stop (Ctrl-Z) count.
void limit_time(std::uintmax_t seconds) {
  ::signal(SIGPROF, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, SIGPROF);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  itimerval limit{};
  limit.it_value.tv_sec = static_cast<time_t>(seconds);
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

/// The child ends with its parent (it has a copy of the run's lock), leaves signals to it, and says nothing: neither
/// in a core dump, nor what the C library and sanitizers print of a crash.
void be_apart(pid_t parent, std::uintmax_t seconds) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it was killed before that was said
  ::prctl(PR_SET_DUMPABLE, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) ::signal(signal, SIG_IGN);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) ::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  limit_time(seconds);
}

void write_all(int into, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(into, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::vector<std::byte> read_all(int from) {
  std::vector<std::byte> bytes;
  std::array<std::byte, 1 << 16> part;
  for (;;) {
    const ssize_t count = ::read(from, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.insert(bytes.end(), part.begin(), part.begin() + count);
  }
}

/// The child's part. The last word comes last, so that a crash on the way is one.
[[noreturn]] void act(int into, const std::function<std::vector<std::byte>()>& action) {
  std::byte last_word = kReturned;
  std::vector<std::byte> bytes;
  try {
    bytes = action();
  } catch (const std::bad_alloc&) {
    last_word = kNoMemory;
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    bytes.assign(reinterpret_cast<const std::byte*>(what.data()),
                 reinterpret_cast<const std::byte*>(what.data() + what.size()));
    last_word = dynamic_cast<const IoError*>(&error) != nullptr ? kFailed : kRefused;
  }
  write_all(into, bytes);
  write_all(into, {&last_word, 1});
  ::_exit(0);  // nothing of the parent's is to be flushed or freed
}

}  // namespace

std::optional<std::vector<std::byte>> done_apart(const std::filesystem::path& path,
                                                 const std::function<std::vector<std::byte>()>& action) {
  initialise();  // not in the child alone
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path, missing);
  const std::uintmax_t seconds =
      missing ? kSeconds : std::min(kMostSeconds, kSeconds + size / kBytesPerSecond);
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    be_apart(parent, seconds);
    ::close(ends[0]);
    act(ends[1], action);
  }
  ::close(ends[1]);
  std::vector<std::byte> bytes;
  if (child > 0) bytes = read_all(ends[0]);
  ::close(ends[0]);
  if (child < 0) return std::nullopt;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  const std::byte last_word = bytes.empty() ? std::byte{} : bytes.back();
  if (!bytes.empty()) bytes.pop_back();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    if (last_word == kReturned) return bytes;
    const std::string reason(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (last_word == kRefused) throw DataError(reason);
    if (last_word == kFailed) throw IoError(reason);
    if (last_word == kNoMemory) throw UnavailableError(path.string() + ": not enough memory to read it");
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)  // the system's way to say that memory is short
    throw UnavailableError(path.string() + ": reading it was killed");
  const bool endless = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
  throw DataError(path.string() +
                  ": damaged: " + (endless ? "HDF5 reads it without end" : "HDF5 crashes on it"));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
