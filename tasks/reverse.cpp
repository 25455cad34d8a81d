#include "tasks/reverse.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void Reverse::rearrange(const Vectors& vectors) const {
  for (std::size_t i = 0; i < vectors.size() / 2; ++i) vectors.swap(i, vectors.size() - 1 - i);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
