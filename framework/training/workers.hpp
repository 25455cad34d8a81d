// A fixed team of threads for work that takes microseconds.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>
#include <type_traits>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The calling thread and threads - 1 others. Idle threads spin for some tens of microseconds, since the next piece of
/// a training step follows at once, and then sleep.
/// All of them, the caller included, flush denormal numbers to zero from then on.
class Workers {
 public:
  /// Makes do with fewer threads if the system does not give that many. They have all begun, and wait, when it returns:
  /// the process may fork.
  explicit Workers(std::size_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t threads() const { return others_.size() + 1; }

  /// Calls body(item, thread) for item 0 … items - 1, each once, on whichever thread is free (0 is the caller), and
  /// returns when all are done. Rethrows the first exception in item order. Does not allocate unless one is thrown.
  template <class Body>
  void for_each(std::size_t items, Body&& body) {
    using Called = std::remove_reference_t<Body>;
    run(
        items,
        [](void* context, std::size_t item, std::size_t thread) {
          (*static_cast<Called*>(context))(item, thread);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Call = void (*)(void* context, std::size_t item, std::size_t thread);

  void run(std::size_t items, Call call, void* context);
  void work(std::size_t thread);
  void loop(std::size_t thread);

  std::vector<std::thread> others_;
  std::atomic<std::size_t> started_{0};  // other threads that have begun
  std::atomic<std::uint64_t> round_{0};  // advances when there is work
  std::atomic<std::size_t> next_{0};     // item to be taken
  std::atomic<std::size_t> busy_{0};     // other threads that have not finished the round
  std::atomic<bool> stopping_{false};
  std::size_t items_ = 0;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::vector<std::exception_ptr> errors_;  // by thread
  std::vector<std::size_t> error_items_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
