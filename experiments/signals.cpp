#include "experiments/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may touch nothing else");

int exit_code_of(int signal) { return 128 + signal; }

// Async-signal-safe: a lock-free atomic and _exit.
void on_signal(int signal) {
  int none = 0;
  if (!caught.compare_exchange_strong(none, signal)) _exit(exit_code_of(signal));
}

constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

// What nohup asked for.
bool ignored_hangup(int signal) {
  struct sigaction before {};
  return signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
}

void handle_with(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // a write in progress goes on
  sigemptyset(&action.sa_mask);
  for (const int signal : kStopSignals) {
    if (!ignored_hangup(signal)) sigaction(signal, &action, nullptr);
  }
}

static_assert(128 + SIGINT == static_cast<int>(ExitCode::interrupted));
static_assert(128 + SIGTERM == static_cast<int>(ExitCode::terminated));
static_assert(128 + SIGUSR1 == static_cast<int>(ExitCode::user_signal));

}  // namespace

StopSignals::StopSignals() { handle_with(on_signal); }

StopSignals::~StopSignals() { handle_with(SIG_DFL); }

int stop_signal() { return caught.load(std::memory_order_relaxed); }

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
