// A settings file of any content: all that `train FILE.ini` does with it before the first step.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "experiments/settings_file.hpp"
#include "framework/tensor/error.hpp"
#include "tests/fuzz/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(data, data + size));
  try {
    tapehead::fuzzing::expect_usable({"fuzz", tapehead::read_settings(in, "fuzz.ini"), {}});
  } catch (const tapehead::UsageError&) {
    // Refused with its reason. Any other exception is not caught, and a finding.
  }
  return 0;
}
