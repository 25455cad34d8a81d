// Errors a user can cause, each with the exit code the program ends with (see `tapehead --help`).
#pragma once

#include <stdexcept>
#include <string>

namespace tapehead {

/// Exit codes of the program. 65, 69 and 74 are those of BSD's sysexits.
enum class ExitCode : int {
  done = 0,
  usage = 2,
  diverged = 3,
  data = 65,
  unavailable = 69,
  io = 74,
  hangup = 129,       // SIGHUP, after a checkpoint
  interrupted = 130,  // SIGINT, after a checkpoint
  user_signal = 138,  // SIGUSR1, after a checkpoint
  terminated = 143,   // SIGTERM, after a checkpoint
};

/// Base of every error that is reported to the user as one message.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// A wrong command line, setting or preset file.
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// A damaged or foreign file.
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// Something that is needed is not there.
struct UnavailableError : Error {
  explicit UnavailableError(const std::string& message) : Error(ExitCode::unavailable, message) {}
};

/// A read or write that failed.
struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::io, message) {}
};

/// A loss or gradient that is not a finite number.
struct DivergedError : Error {
  explicit DivergedError(const std::string& message) : Error(ExitCode::diverged, message) {}
};

/// A tensor of the wrong shape: a mistake of the caller, not of the user.
struct ShapeError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

}  // namespace tapehead
