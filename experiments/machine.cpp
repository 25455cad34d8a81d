#include "experiments/machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>

#include "framework/io/hdf5_version.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "framework/tensor/simd.hpp"
#include "tapehead_build_info.hpp"

namespace tapehead {

std::size_t hardware_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

bool built_from_changed_sources() { return build_info::git_dirty; }

std::string command_line_text() {
  std::ifstream arguments("/proc/self/cmdline", std::ios::binary);
  std::string text;
  for (std::string argument; std::getline(arguments, argument, '\0');)
    text += (text.empty() ? "" : " ") + argument;
  return text;
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string simd_description() {
  return std::string(Vec::arch_type::name()) + ", " + std::to_string(kLanes) + " numbers at once";
}

std::vector<std::pair<std::string, std::string>> build_and_machine() {
  return {{"git_revision", std::string(build_info::git_revision)},
          {"compiler", std::string(build_info::compiler)},
          {"compiler_flags", std::string(build_info::compiler_flags)},
          {"simd", simd_description()},
          {"blas", blas_description()},
          {"blas_kernel", blas_kernel_name()},
          {"hdf5_version", hdf5_version()},
          {"hostname", host_name()},
          {"cpu_model", cpu_model()}};
}

}  // namespace tapehead
