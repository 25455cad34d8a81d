# Everything the library stands on, all of it from Debian's (or Ubuntu's) packages, as the interface target
# tapehead_dependencies. The package names are in the launcher, ./tapehead.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Boost REQUIRED COMPONENTS program_options)

# Never plain "hdf5": the MPI package repoints that name at its own build.
pkg_check_modules(HDF5_SERIAL REQUIRED IMPORTED_TARGET hdf5-serial)
find_library(HDF5_SERIAL_HL hdf5_serial_hl REQUIRED)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)

# Headers alone.
find_path(XTENSOR_INCLUDE xtensor/xtensor.hpp REQUIRED)
find_path(XTENSOR_BLAS_INCLUDE xtensor-blas/xblas.hpp REQUIRED)
find_path(XSIMD_INCLUDE xsimd/xsimd.hpp REQUIRED)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)
mark_as_advanced(HDF5_SERIAL_HL XTENSOR_INCLUDE XTENSOR_BLAS_INCLUDE XSIMD_INCLUDE RANDOM123_INCLUDE)

add_library(tapehead_dependencies INTERFACE)
target_include_directories(
  tapehead_dependencies SYSTEM INTERFACE "${XTENSOR_INCLUDE}" "${XTENSOR_BLAS_INCLUDE}" "${XSIMD_INCLUDE}"
                                         "${RANDOM123_INCLUDE}")
target_link_libraries(tapehead_dependencies INTERFACE "${HDF5_SERIAL_HL}" PkgConfig::HDF5_SERIAL PkgConfig::OPENBLAS
                                                      OpenSSL::Crypto Threads::Threads)

# The packages' Python, which has the packages' h5py and matplotlib.
find_program(TAPEHEAD_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(TAPEHEAD_PYTHON python3 REQUIRED)
mark_as_advanced(TAPEHEAD_PYTHON)
