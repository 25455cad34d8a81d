#include "framework/data/ngrams.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void NgramIndex::add(std::span<const Id> sentence) {
  for (std::size_t n = 2; n <= 3; ++n) {
    for (std::size_t i = 0; i + n <= sentence.size(); ++i)
      numbers_.try_emplace(key(sentence.subspan(i, n)), static_cast<std::uint32_t>(numbers_.size()));
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
