// Ending early, in good order: SIGINT, SIGTERM, SIGHUP and SIGUSR1 ask a run to save itself and stop.
#pragma once

namespace tapehead {

/// While one lives, the first of these signals only raises a flag. The second one ends the process at once, with the
/// exit code of its signal (130, 143, 129 or 138); files are left as a kill would leave them. A SIGHUP that was ignored
/// before (nohup) stays so.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

/// The signal that asked for the end, or 0.
int stop_signal();

/// "SIGINT", "SIGTERM", "SIGHUP" or "SIGUSR1"; "a signal" for any other.
const char* signal_name(int signal);

}  // namespace tapehead
