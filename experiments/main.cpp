// The program behind ./tapehead.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "experiments/commands.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "framework/tensor/error.hpp"

namespace {

constexpr int kInternalFault = 70;  // EX_SOFTWARE of sysexits

int report(const char* kind, const std::exception& error, int code) {
  std::cerr << "tapehead: " << kind << ": " << error.what() << std::endl;
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  tapehead::ensure_blas_kernel(argc, argv);
  try {
    const int code = tapehead::run_program({argv + 1, argv + argc});
    if (!std::cout.flush()) throw tapehead::IoError("the standard output cannot be written");
    return code;
  } catch (const tapehead::Error& error) {
    std::cout.flush();
    return report("error", error, static_cast<int>(error.code()));
  } catch (const std::exception& error) {
    std::cout.flush();
    return report("internal fault", error, kInternalFault);
  }
}
