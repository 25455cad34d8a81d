// Counts the heap allocations of a test program, whose global operator new allocation_counter.cpp replaces.
#pragma once

#include <cstddef>

namespace tapehead::testing {

/// How often any form of operator new has been called so far, by any thread.
std::size_t allocations();

}  // namespace tapehead::testing
