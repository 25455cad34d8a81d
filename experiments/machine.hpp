// What this program is and what it runs on, for provenance and `doctor`.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tapehead {

/// Hardware threads, at least 1.
std::size_t hardware_threads();

/// Whether tracked sources differed from the revision when the program was built.
bool built_from_changed_sources();

/// The command line of this process, parts separated by spaces.
std::string command_line_text();

std::string cpu_model();
std::string host_name();

/// The instruction set that the library's kernels were compiled for: "avx512bw, 16 numbers at once".
std::string simd_description();

/// Facts that are written into every run, by the names they have there (results/FORMAT.md): revision, compiler, BLAS
/// and its kernel, HDF5, host, processor.
std::vector<std::pair<std::string, std::string>> build_and_machine();

}  // namespace tapehead
