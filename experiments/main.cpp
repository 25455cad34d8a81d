// The program behind ./tapehead.
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "experiments/commands.hpp"
#include "experiments/failure.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "framework/tensor/error.hpp"

int main(int argc, char** argv) {
  tapehead::ensure_blas_kernel(argc, argv);
  // A closed pipe or a file at its size limit then makes the write fail, which is reported and leaves a run in order.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  try {
    const int code = tapehead::run_program({argv + 1, argv + argc});
    // What went wrong before counts for more: a terminal that hangs up takes its output with it.
    if (!std::cout.flush() && code == 0) throw tapehead::IoError("the standard output cannot be written");
    return code;
  } catch (const std::exception&) {
    const tapehead::Failure failure = tapehead::current_failure();
    std::cout.flush();
    std::cerr << "tapehead: " << failure.kind << ": " << failure.message << std::endl;
    return failure.exit_code;
  }
}
