#include "experiments/signals.hpp"

#include <unistd.h>

#include <atomic>

namespace tapehead {
namespace {

constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

static_assert(128 + SIGHUP == static_cast<int>(ExitCode::hangup));
static_assert(128 + SIGINT == static_cast<int>(ExitCode::interrupted));
static_assert(128 + SIGUSR1 == static_cast<int>(ExitCode::user_signal));
static_assert(128 + SIGTERM == static_cast<int>(ExitCode::terminated));

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may touch nothing else");

// Async-signal-safe: a lock-free atomic and _exit.
void on_signal(int signal) {
  int none = 0;
  if (!caught.compare_exchange_strong(none, signal)) _exit(128 + signal);
}

}  // namespace

StopSignals::StopSignals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a write in progress goes on
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    sigaction(kStopSignals[i], nullptr, &before_[i]);
    const bool nohup = kStopSignals[i] == SIGHUP && before_[i].sa_handler == SIG_IGN;
    if (!nohup) sigaction(kStopSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) sigaction(kStopSignals[i], &before_[i], nullptr);
}

int stop_signal() { return caught.load(std::memory_order_relaxed); }

ExitCode exit_code_of(int signal) { return static_cast<ExitCode>(128 + signal); }

const char* signal_name(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "a signal";
  }
}

}  // namespace tapehead
