#include "framework/training/workers.hpp"

#include <limits>
#include <system_error>

#include "framework/tensor/denormals.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

constexpr int kSpins = 4000;  // some tens of microseconds

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Waits until the atomic is no longer `old`.
template <class T>
void await_change(std::atomic<T>& value, T old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

}  // namespace

Workers::Workers(std::size_t threads) : errors_(threads), error_items_(threads, kNone) {
  flush_denormals();
  try {
    for (std::size_t i = 1; i < threads; ++i) others_.emplace_back([this, i] { loop(i); });
  } catch (const std::system_error&) {
    // The system gives no more threads; fewer do the same work.
  }
  // A thread that starts holds locks of the C library and of sanitizers; a process forked meanwhile would wait for
  // them for ever.
  for (std::size_t started; (started = started_.load(std::memory_order_acquire)) != others_.size();)
    await_change(started_, started);
}

Workers::~Workers() {
  stopping_ = true;
  ++round_;
  round_.notify_all();
  for (std::thread& thread : others_) thread.join();
}

void Workers::loop(std::size_t thread) {
  flush_denormals();
  started_.fetch_add(1, std::memory_order_acq_rel);
  started_.notify_one();
  for (std::uint64_t seen = 0;;) {
    await_change(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stopping_) return;
    work(thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void Workers::work(std::size_t thread) {
  for (std::size_t item; (item = next_.fetch_add(1, std::memory_order_relaxed)) < items_;) {
    try {
      call_(context_, item, thread);
    } catch (...) {
      if (error_items_[thread] == kNone) {
        errors_[thread] = std::current_exception();
        error_items_[thread] = item;
      }
    }
  }
}

void Workers::run(std::size_t items, Call call, void* context) {
  items_ = items;
  call_ = call;
  context_ = context;
  next_.store(0, std::memory_order_relaxed);
  if (others_.empty() || items < 2) {
    work(0);
  } else {
    busy_.store(others_.size(), std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    work(0);
    for (std::size_t left; (left = busy_.load(std::memory_order_acquire)) != 0;) await_change(busy_, left);
  }
  std::size_t first = 0;
  for (std::size_t i = 1; i < error_items_.size(); ++i) {
    if (error_items_[i] < error_items_[first]) first = i;
  }
  if (error_items_[first] == kNone) return;
  const std::exception_ptr error = errors_[first];
  errors_.assign(errors_.size(), nullptr);
  error_items_.assign(error_items_.size(), kNone);
  std::rethrow_exception(error);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
