// SHA-256, by OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

using Sha256 = std::array<std::byte, 32>;

/// The digest of bytes. Throws IoError if OpenSSL has no SHA-256.
Sha256 sha256(std::span<const std::byte> bytes);

/// The digest of a text as 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
