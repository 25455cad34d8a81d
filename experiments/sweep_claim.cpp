#include "experiments/sweep_claim.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "experiments/directory_lock.hpp"
#include "experiments/sweep_attempt.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr mode_t kOwnMode = 0666;
constexpr auto kPatience = 500ms;
constexpr auto kPause = 10ms;

bool try_lock(int descriptor, int operation) {
  while (::flock(descriptor, operation | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

[[noreturn]] void fail(const fs::path& path, const char* action) {
  throw IoError(path.string() + ": " + action + " failed: " + std::strerror(errno));
}

}  // namespace

fs::path log_path(const SweepTask& task) { return task.directory.string() + ".log"; }

std::optional<TaskClaim> TaskClaim::take(const SweepTask& task, bool patient) {
  const fs::path path = log_path(task);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);  // what is wrong with it, opening says
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kOwnMode);
  if (descriptor < 0) fail(path, "create");
  TaskClaim claim(descriptor);
  const auto until = std::chrono::steady_clock::now() + (patient ? kPatience : 0ms);
  bool locked = try_lock(descriptor, LOCK_EX);
  while (!locked && errno == EWOULDBLOCK && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kPause);
    locked = try_lock(descriptor, LOCK_EX);
  }
  if (locked) {
    // Whoever had it may have renamed the log meanwhile.
    if (is_file_at(descriptor, path)) return claim;
    return std::nullopt;
  }
  if (errno != EWOULDBLOCK) fail(path, "lock");
  return std::nullopt;
}

bool TaskClaim::held(const SweepTask& task) {
  const int descriptor = ::open(log_path(task).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = !try_lock(descriptor, LOCK_SH) && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

TaskClaim::TaskClaim(TaskClaim&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

TaskClaim::~TaskClaim() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TaskClaim::attempt_begins(const std::vector<std::string>& arguments) const {
  write(attempt_heading(arguments) + "\n");
}

void TaskClaim::attempt_ended(int exit_code) const { write(attempt_closing(exit_code) + "\n"); }

void TaskClaim::error(std::string_view message) const {
  write("tapehead: error: " + std::string(message) + "\n");
}

// A log that cannot be written fails no run: on a full disk the run says so itself.
void TaskClaim::write(const std::string& text) const {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace tapehead
