// Leaving a test out in a way that shows: `if (no_golden_file) return skip("no golden file at …");`
#pragma once

#include <string>

namespace tapehead::testing {

/// The exit code by which a test tells ctest that it was skipped.
inline constexpr int kSkippedExitCode = 77;

/// Says why and makes the executable end with kSkippedExitCode, unless something failed. To be followed by a return.
void skip(const std::string& reason);

}  // namespace tapehead::testing
