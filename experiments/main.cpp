// The program behind ./tapehead.
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <stdexcept>
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

// A size that no memory could hold is the same to a user as one that this memory cannot.
int report_memory() {
  std::cout.flush();
  return report("error", tapehead::UnavailableError("not enough memory for these settings"),
                static_cast<int>(tapehead::ExitCode::unavailable));
}

}  // namespace

int main(int argc, char** argv) {
  tapehead::ensure_blas_kernel(argc, argv);
  // A closed pipe or a file at its size limit then makes the write fail, which is reported and leaves a run in order.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  try {
    const int code = tapehead::run_program({argv + 1, argv + argc});
    // What went wrong before counts for more: a terminal that hangs up takes its output with it.
    if (!std::cout.flush() && code == 0) throw tapehead::IoError("the standard output cannot be written");
    return code;
  } catch (const tapehead::Error& error) {
    std::cout.flush();
    return report("error", error, static_cast<int>(error.code()));
  } catch (const std::bad_alloc&) {
    return report_memory();
  } catch (const std::length_error&) {
    return report_memory();
  } catch (const std::filesystem::filesystem_error& error) {
    std::cout.flush();
    return report("error", error, static_cast<int>(tapehead::ExitCode::io));
  } catch (const std::exception& error) {
    std::cout.flush();
    return report("internal fault", error, kInternalFault);
  }
}
