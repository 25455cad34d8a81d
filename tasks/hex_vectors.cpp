#include "tasks/hex_vectors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

std::uint64_t parse(std::string_view word, std::size_t bits) {
  std::uint64_t value = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value, 16);
  const bool fits = bits == 64 || value >> bits == 0;
  if (error != std::errc{} || stop != end || !fits) {
    throw std::invalid_argument("vectors_from_hex: '" + std::string(word) +
                                "' is not a hexadecimal number of " + std::to_string(bits) + " bits");
  }
  return value;
}

}  // namespace

xt::xtensor<Real, 2> vectors_from_hex(std::string_view list, std::size_t bits) {
  if (bits == 0 || bits > 64) throw std::invalid_argument("vectors_from_hex: bits must be 1 to 64");
  std::vector<std::uint64_t> values;
  while (!list.empty()) {
    const std::size_t length = std::min(list.find(' '), list.size());
    if (length > 0) values.push_back(parse(list.substr(0, length), bits));
    list.remove_prefix(std::min(length + 1, list.size()));
  }
  xt::xtensor<Real, 2> vectors({values.size(), bits});
  for (std::size_t v = 0; v < values.size(); ++v) {
    for (std::size_t b = 0; b < bits; ++b) {
      vectors(v, b) = static_cast<Real>(values[v] >> (bits - 1 - b) & 1U);
    }
  }
  return vectors;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
