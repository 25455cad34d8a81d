// Writes settings files of every model, task and optimiser, for the tests that run the program:
//
//   write_combinations DIRECTORY      DIRECTORY/ntm-lstm-copy-adam.ini, …
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/experiments/combinations.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_combinations DIRECTORY\n";
    return 2;
  }
  for (const tapehead::Combination& combination : tapehead::combinations(tapehead::Which::each)) {
    const auto path = std::filesystem::path(argv[1]) / (combination.name + ".ini");
    if (!(std::ofstream(path) << combination.settings->text() << std::flush)) {
      std::cerr << path.string() << " cannot be written\n";
      return 74;
    }
  }
  return 0;
}
