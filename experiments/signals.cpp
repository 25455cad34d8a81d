#include "experiments/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>

namespace tapehead {
namespace {

constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

static_assert(128 + SIGHUP == static_cast<int>(ExitCode::hangup));
static_assert(128 + SIGINT == static_cast<int>(ExitCode::interrupted));
static_assert(128 + SIGUSR1 == static_cast<int>(ExitCode::user_signal));
static_assert(128 + SIGTERM == static_cast<int>(ExitCode::terminated));

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may touch nothing else");

constexpr std::int64_t kSameRequest = 500'000'000;  // ns
std::atomic<std::int64_t> caught_at{0};             // ns; 0 for a moment after the first was caught
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

// Async-signal-safe: lock-free atomics, clock_gettime and _exit.
void on_signal(int signal) {
  int first = 0;
  if (caught.compare_exchange_strong(first, signal)) return caught_at.store(now());
  const std::int64_t at = caught_at.load();
  const bool same_request = signal == first && (at == 0 || now() - at < kSameRequest);
  if (!same_request) _exit(128 + signal);
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
