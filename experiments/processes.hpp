// Other programs: the figures' Python, the benchmarks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tapehead {

/// The Python the figures are drawn with: that of the distribution's packages.
inline constexpr const char* kPython = "/usr/bin/python3";

/// The script that draws figures.
std::filesystem::path plot_script();

/// The file this program runs from.
std::filesystem::path program_path();

/// Becomes another program; returns only by throwing UnavailableError if it is not there or cannot be run.
[[noreturn]] void become(const std::vector<std::string>& command);

/// Runs a program, its output going where ours goes, and returns its exit code (128 + signal if one ended it).
/// Throws UnavailableError if it is not there or cannot be run.
int run_and_wait(const std::vector<std::string>& command);

/// What a program prints, its errors left out; empty if it is not there or fails.
std::string output_of(const std::vector<std::string>& command);

}  // namespace tapehead
