// A bump allocator for activations and records of one tape.
//
// Nothing is freed one by one: reset() makes all of it available again. Memory comes in chunks; a reset after
// several chunks were needed replaces them by a single one that holds everything, so that a training step
// allocates nothing from the heap once the longest sequence has been seen.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Frees memory that aligned_new gave out.
struct AlignedDelete {
  void operator()(std::byte* memory) const;
};
using AlignedMemory = std::unique_ptr<std::byte[], AlignedDelete>;

/// `bytes` of memory aligned to kAlignment, not initialised. Throws std::bad_alloc.
AlignedMemory aligned_new(std::size_t bytes);

class Arena {
 public:
  /// Memory for `n` scalars, aligned to kAlignment, not initialised; valid until reset().
  Real* reals(std::size_t n) { return reinterpret_cast<Real*>(bytes(n * sizeof(Real))); }

  /// An object that lives until reset(); its destructor is not run.
  template <class T, class... Arguments>
  T* create(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    return ::new (bytes(sizeof(T))) T{std::forward<Arguments>(arguments)...};
  }

  /// An array that lives until reset(), not initialised.
  template <class T>
  T* array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    return reinterpret_cast<T*>(bytes(n * sizeof(T)));
  }

  /// Everything given out so far is invalid afterwards.
  void reset();

  /// Bytes given out since the last reset.
  std::size_t used() const { return used_; }

 private:
  struct Chunk {
    AlignedMemory memory;
    std::size_t size;
  };

  std::byte* bytes(std::size_t n) {
    n = (n + kAlignment - 1) / kAlignment * kAlignment;
    if (n > static_cast<std::size_t>(end_ - next_)) grow(n);
    std::byte* const result = next_;
    next_ += n;
    used_ += n;
    return result;
  }
  void grow(std::size_t n);

  std::vector<Chunk> chunks_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t used_ = 0;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
