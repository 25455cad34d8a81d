// Which HDF5 library the program runs with.
#pragma once

#include <string>

#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// "1.10.8".
std::string hdf5_version();

}  // namespace tapehead::inline TAPEHEAD_PRECISION
