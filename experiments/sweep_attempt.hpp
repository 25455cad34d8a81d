// What the log of a sweep's run says of the last attempt to train it.
//
//   $ ./tapehead train ntm2014/copy-ntm-lstm --seed=3 --out DIR
//   … what the program prints …
//   exit code 74
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/tensor/error.hpp"

namespace tapehead {

/// One attempt. Nothing but defaults if there was none.
struct Attempt {
  std::optional<int> exit_code;  // nothing: it runs, or nobody saw it end
  std::string error;             // its last error, one line

  /// Whether it ended by itself in an error.
  bool failed() const;

  /// Why it failed, in one line, with what the exit code means. The run's directory is left out of it.
  std::string reason(const std::filesystem::path& directory) const;

  /// The exit code as one of this program's: unavailable after SIGKILL, which is what a lack of memory ends in.
  ExitCode code() const;
};

/// The last attempt that a log tells of.
Attempt last_attempt(const std::filesystem::path& log);

/// The lines that head and close an attempt.
std::string attempt_heading(const std::vector<std::string>& arguments);
std::string attempt_closing(int exit_code);

/// Why a run diverged, from its log.txt, with what the exit code means.
std::string divergence(const std::filesystem::path& run_directory);

/// " (exit code 74: reading or writing failed)", " (exit code 137: ended by SIGKILL)", …
std::string with_meaning(int exit_code);

/// A message's first line without the directory's path.
std::string without_path(const std::string& message, const std::filesystem::path& directory);

}  // namespace tapehead
