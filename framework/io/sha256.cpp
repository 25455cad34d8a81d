#include "framework/io/sha256.hpp"

#include <openssl/evp.h>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Sha256 sha256(std::span<const std::byte> bytes) {
  Sha256 digest;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_sha256(), nullptr) != 1 ||
      size != digest.size()) {
    throw IoError("SHA-256 is not available from OpenSSL's libcrypto");
  }
  return digest;
}

std::string sha256_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : sha256(std::as_bytes(std::span(text)))) {
    hex += kDigits[std::to_integer<std::size_t>(byte) >> 4];
    hex += kDigits[std::to_integer<std::size_t>(byte) & 15];
  }
  return hex;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
