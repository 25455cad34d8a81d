#include "framework/tensor/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// By its first byte: how many bytes a character has, and the smallest one that needs as many. 0: no character.
struct Form {
  std::size_t size;
  std::uint32_t smallest;
};

Form form_of(unsigned char first) {
  if (first < 0x80) return {1, 0};
  if (first >> 5 == 0x6) return {2, 0x80};
  if (first >> 4 == 0xe) return {3, 0x800};
  if (first >> 3 == 0x1e) return {4, 0x10000};
  return {0, 0};
}

}  // namespace

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const auto [size, smallest] = form_of(first);
    if (size == 0 || size > text.size()) return false;
    std::uint32_t point = size == 1 ? first : first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if (next >> 6 != 0x2) return false;
      point = point << 6 | (next & 0x3fU);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < smallest || surrogate || point > 0x10ffff) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
