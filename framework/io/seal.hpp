// The trailer that tells a whole checkpoint from a damaged one.
//
//   bytes      content                                          all numbers little-endian
//   0 … n-1    an HDF5 file; HDF5 ignores what follows its end
//   n          "TAPESEAL"
//   n+8        uint32, version of the seal (1)
//   n+12       uint32, 0
//   n+16       uint64, n
//   n+24       SHA-256 of everything before
//   n+56       end of the file
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Appends the trailer to an HDF5 file's bytes.
void seal(std::vector<std::byte>& bytes);

/// The HDF5 file within sealed bytes. Throws DataError naming `path` and the reason if they are not exactly
/// what was sealed.
std::span<const std::byte> unseal(std::span<const std::byte> bytes, const std::filesystem::path& path);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
