// Versions, kernels and paths: what to look at, and to put into a report, when something is slow or fails.
#include <iostream>
#include <string>

#include "experiments/commands.hpp"
#include "experiments/machine.hpp"
#include "experiments/processes.hpp"
#include "experiments/run_directory.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "tapehead_build_info.hpp"

namespace tapehead {
namespace {

// The Python packages that figures need, and those that read runs for analysis.
constexpr const char* kPythonPackages =
    "import importlib, sys\n"
    "print('python ' + sys.version.split()[0])\n"
    "for name in ('numpy', 'h5py', 'matplotlib', 'xarray'):\n"
    "    try:\n"
    "        print(name + ' ' + importlib.import_module(name).__version__)\n"
    "    except Exception:\n"
    "        print(name + ' missing')\n";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string or_missing(const std::string& text) { return text.empty() ? "missing" : first_line(text); }

std::string python_packages() {
  std::string text = output_of({kPython, "-c", kPythonPackages});
  if (text.empty()) return std::string(kPython) + " is missing";
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t i = text.find('\n'); i != std::string::npos; i = text.find('\n', i))
    text.replace(i, 1, ", ");
  return text;
}

int doctor(const Arguments&) {
  std::vector<std::pair<std::string, std::string>> rows = {
      {"version", std::string(build_info::version) +
                      (build_info::git_dirty ? ", sources changed since the revision" : "")}};
  for (const auto& fact : build_and_machine()) rows.push_back(fact);
  rows.insert(rows.end(), {{"threads", std::to_string(hardware_threads())},
                           {"cmake", or_missing(output_of({"/usr/bin/cmake", "--version"}))},
                           {"python", python_packages()},
                           {"source", source_directory().string()},
                           {"program", program_path().string()},
                           {"runs", runs_directory().string()}});
  write_columns(std::cout, rows);
  if (blas_kernel_name() == "Prescott") {
    std::cout << "\nOpenBLAS runs on its oldest kernels, which are several times slower. Unset "
                 "OPENBLAS_CORETYPE, or "
                 "set it to this processor's type.\n";
  }
  return 0;
}

}  // namespace

Command doctor_command() {
  return {.syntax = {.name = "doctor",
                     .usage = {"doctor"},
                     .summary = "print versions, kernels, processor and paths"},
          .run = doctor};
}

}  // namespace tapehead
