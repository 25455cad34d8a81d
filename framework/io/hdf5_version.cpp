#include "framework/io/hdf5_version.hpp"

#include "framework/io/hdf5.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

std::string hdf5_version() {
  hdf5::initialise();
  unsigned major = 0, minor = 0, release = 0;
  hdf5::check(H5get_libversion(&major, &minor, &release), "asking for the version of HDF5");
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
