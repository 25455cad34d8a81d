// What an autopsy says.
#pragma once

#include <iosfwd>

#include "experiments/autopsy.hpp"

namespace tapehead {

/// About forty lines: what was replayed, the first tensor that is not finite, what the op read that made it, what
/// followed, and how far everything reached in the steps before.
void write_report(std::ostream& out, const Autopsy& autopsy);

/// "[-0.25, 12.4]"; one number if both ends are the same, "and nan" behind it if not all is finite.
std::string range_text(const FiniteRange& range);

}  // namespace tapehead
