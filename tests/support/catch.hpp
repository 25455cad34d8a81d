// Catch2, whichever there is: 2.13 with its one header (Debian 12), or 3 (Ubuntu 24.04). Tests include this file.
#pragma once

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>

using Catch::Approx;

namespace Catch {
using Matchers::MatcherBase;
}  // namespace Catch
#endif
