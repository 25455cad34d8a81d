// Other programs: the figures' Python, the benchmarks.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tapehead {

/// The Python the figures are drawn with: that of the distribution's packages.
inline constexpr const char* kPython = "/usr/bin/python3";

/// The script that draws figures.
std::filesystem::path plot_script();

/// The file this program runs from.
std::filesystem::path program_path();

/// Becomes another program; returns only by throwing UnavailableError if it is not there or cannot be run.
[[noreturn]] void become(const std::vector<std::string>& command);

/// Runs a program, its output going where ours goes, and returns its exit code (128 + signal if one ended it).
/// Throws UnavailableError if it is not there or cannot be run.
int run_and_wait(const std::vector<std::string>& command);

/// What a program prints, its errors left out; empty if it is not there or fails.
std::string output_of(const std::vector<std::string>& command);

/// This program once more, with other arguments, beside this process: the same file even if another has taken its name
/// since. It reads nothing, and is in a process group of its own, so that a signal to ours reaches it once, by send().
/// When this process ends, however it ends, it gets SIGTERM.
class ChildProcess {
 public:
  /// Starts it; what it prints goes to the descriptor `output`. Throws UnavailableError if it cannot be started.
  ChildProcess(const std::vector<std::string>& arguments, int output);

  /// Sends SIGTERM and waits, if it has not ended.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  /// Its exit code, 128 + signal if one ended it; nothing while it runs.
  std::optional<int> ended();

  void send(int signal) const;

 private:
  pid_t id_;  // 0: it has ended
};

}  // namespace tapehead
