// Files that are there whole or not at all, whatever fails in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// The name a file has until it is complete: path + ".partial".
std::filesystem::path partial_path(const std::filesystem::path& path);

/// Writes path + ".partial", waits until it is on disk, and reads it back to compare. Only one process at a time may,
/// as the owner of the run's lock.
/// Throws IoError naming path and reason; what was written is then removed.
void write_partial(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// Gives the complete path + ".partial" its name, over what had it before, and waits until that is on disk
/// too. Throws IoError; the previous file is then still there, unless only the last wait failed.
void publish(const std::filesystem::path& path);

/// Writes a file so that the old one or the whole new one is there at each moment. Several processes may at once: each
/// has a temporary file of its own, path + ".<machine>-<process>-<number>.partial", and the last one's file stays.
/// Throws IoError as write_partial() and publish() do.
void write_whole(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// Waits until a file's bytes are on disk. Throws IoError.
void sync_file(const std::filesystem::path& path);

/// Writes bytes into an open file as far as that works, and says whether all of them are there.
bool overwrite(int descriptor, std::uint64_t at, std::span<const std::byte> bytes) noexcept;

/// All bytes of a file. Throws IoError if it cannot be read.
std::vector<std::byte> read_bytes(const std::filesystem::path& path);

/// Removes what earlier, killed processes left half written in a directory. Only the owner of the run's lock
/// may.
void sweep_partial(const std::filesystem::path& directory);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
