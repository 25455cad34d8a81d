#include "framework/tensor/arena.hpp"

#include <algorithm>
#include <new>

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {
constexpr std::size_t kSmallestChunk = std::size_t{1} << 20;
}

void AlignedDelete::operator()(std::byte* memory) const {
  ::operator delete[](memory, std::align_val_t{kAlignment});
}

AlignedMemory aligned_new(std::size_t bytes) {
  return AlignedMemory(static_cast<std::byte*>(::operator new[](bytes, std::align_val_t{kAlignment})));
}

void Arena::grow(std::size_t n) {
  // Each chunk is as large as all before it, so that their number stays small.
  const std::size_t size = std::max({n, kSmallestChunk, used_});
  chunks_.push_back({aligned_new(size), size});
  next_ = chunks_.back().memory.get();
  end_ = next_ + size;
}

void Arena::reset() {
  if (chunks_.size() > 1) {
    std::size_t total = 0;
    for (const Chunk& chunk : chunks_) total += chunk.size;
    chunks_.clear();
    chunks_.push_back({aligned_new(total), total});
  }
  next_ = chunks_.empty() ? nullptr : chunks_.front().memory.get();
  end_ = chunks_.empty() ? nullptr : next_ + chunks_.front().size;
  used_ = 0;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
