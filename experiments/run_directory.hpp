// Where a run leaves its files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace tapehead {

/// UTC now, to the second: "2024-05-01T12:34:56Z", or "20240501T123456Z" for the name of a file.
std::string utc_time();
std::string utc_file_time();

/// What a new run is called in its files, as no other is: "<preset>/20240501T123456.123456Z-s<seed>".
std::string new_run_id(const std::string& preset, std::size_t seed);

/// The root of the source tree this program was built from.
std::filesystem::path source_directory();

/// The directory results are written under: results/runs in the source tree.
std::filesystem::path runs_directory();

/// Creates the directory of a new run: `chosen` if it is given, else
/// <root>/<preset>/<UTC time>-s<seed>, with -2, -3, … behind it if another run took that name.
/// Throws UsageError if `chosen` exists already, IoError if the directory cannot be made.
std::filesystem::path create_run_directory(const std::filesystem::path& root, const std::string& preset,
                                           std::size_t seed, const std::optional<std::string>& chosen);

/// The directory of an existing run, given it or its run.h5. Throws DataError if it holds no run.
std::filesystem::path find_run_directory(const std::string& name);

/// `path` as a user would type it: relative to the working directory if it lies below it.
std::string shown(const std::filesystem::path& path);

}  // namespace tapehead
