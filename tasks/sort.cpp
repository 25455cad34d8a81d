#include "tasks/sort.hpp"

#include <algorithm>

namespace tapehead::inline TAPEHEAD_PRECISION {

void Sort::rearrange(const Vectors& vectors) const {
  const auto less = [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(vectors[a], vectors[b]);
  };
  for (std::size_t end = 1; end < vectors.size(); ++end) {
    for (std::size_t i = end; i > 0 && less(i, i - 1); --i) vectors.swap(i, i - 1);
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
