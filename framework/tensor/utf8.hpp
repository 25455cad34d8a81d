// Text as files keep it.
#pragma once

#include <string_view>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// Whether the bytes are UTF-8 as RFC 3629 has it: nothing longer than it need be, no surrogates, nothing beyond
/// U+10FFFF.
bool valid_utf8(std::string_view text);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
