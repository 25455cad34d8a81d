// The main of both test executables, compiled once: Catch2 takes half a minute here.
#define CATCH_CONFIG_RUNNER
#include <iostream>

#include "framework/tensor/blas_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/skip.hpp"

namespace tapehead::testing {

namespace {
bool skipped = false;
}  // namespace

void skip(const std::string& reason) {
  skipped = true;
  std::cout << "SKIPPED: " << reason << std::endl;
}

}  // namespace tapehead::testing

#ifdef __SANITIZE_ADDRESS__
// HDF5 1.10 loses what it had read when it gives up on a damaged file.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }
#endif

int main(int argc, char** argv) {
  tapehead::ensure_blas_kernel(argc, argv);
  const int failed = Catch::Session().run(argc, argv);  // a count; when listing, of the tests listed
  if (failed == 0 && tapehead::testing::skipped) return tapehead::testing::kSkippedExitCode;
  return failed == tapehead::testing::kSkippedExitCode ? failed + 1 : failed;
}
