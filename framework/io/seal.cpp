#include "framework/io/seal.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "framework/io/sha256.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kMagic = "TAPESEAL";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kDigestSize = std::tuple_size_v<Sha256>;
constexpr std::size_t kHeadSize = 24;  // of the trailer, before the digest
constexpr std::size_t kTrailerSize = kHeadSize + kDigestSize;

void append(std::vector<std::byte>& bytes, std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<std::byte>(number >> (8 * i) & 0xff));
}

std::uint64_t number(std::span<const std::byte> bytes) {
  std::uint64_t result = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    result = result << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return result;
}

}  // namespace

void seal(std::vector<std::byte>& bytes) {
  const std::size_t size = bytes.size();
  bytes.reserve(size + kTrailerSize);
  for (const char letter : kMagic) bytes.push_back(static_cast<std::byte>(letter));
  append(bytes, kVersion, 4);
  append(bytes, 0, 4);
  append(bytes, size, 8);
  const Sha256 digest = sha256(bytes);
  bytes.insert(bytes.end(), digest.begin(), digest.end());
}

std::span<const std::byte> unseal(std::span<const std::byte> bytes, const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& reason) { throw DataError(path.string() + ": " + reason); };
  if (bytes.size() < kTrailerSize) refuse("too short for a checkpoint");
  const std::size_t size = bytes.size() - kTrailerSize;
  const auto trailer = bytes.subspan(size);
  if (!std::equal(kMagic.begin(), kMagic.end(), trailer.begin(),
                  [](char letter, std::byte byte) { return static_cast<std::byte>(letter) == byte; })) {
    refuse("it does not end as a checkpoint does: cut off, extended, or not a checkpoint");
  }
  const Sha256 digest = sha256(bytes.first(size + kHeadSize));
  if (!std::equal(digest.begin(), digest.end(), trailer.begin() + kHeadSize))
    refuse("damaged: its SHA-256 is wrong");
  const std::uint64_t version = number(trailer.subspan(8, 4));
  if (version != kVersion) {
    refuse("sealed in version " + std::to_string(version) + ", this program reads version " +
           std::to_string(kVersion));
  }
  if (number(trailer.subspan(12, 4)) != 0 || number(trailer.subspan(16, 8)) != size)
    refuse("its trailer is inconsistent");
  return bytes.first(size);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
