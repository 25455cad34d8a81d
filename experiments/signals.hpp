// Ending early, in good order: SIGINT, SIGTERM, SIGHUP and SIGUSR1 ask a run to save itself and stop.
#pragma once

#include <array>
#include <csignal>

#include "framework/tensor/error.hpp"

namespace tapehead {

/// While one lives, the first of these signals only raises a flag. The second one ends the process at once, with the
/// exit code of its signal (129, 130, 138 or 143); files are left as a kill would leave them. The same signal within
/// half a second is not a second one: launchers (GNU timeout) send it to the process and to its group. Before and afterwards the
/// signals do what they did before, and a SIGHUP that was ignored (nohup) stays so.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::array<struct sigaction, 4> before_;  // what each signal did
};

/// The signal that asked for the end, or 0.
int stop_signal();

/// What the program ends with when a signal interrupted a run: 128 and the signal's number, as shells have it.
ExitCode exit_code_of(int signal);

/// "SIGINT", "SIGTERM", "SIGHUP" or "SIGUSR1"; "a signal" for any other.
const char* signal_name(int signal);

}  // namespace tapehead
