// Golden vectors: inputs, outputs and gradients in double precision, computed by an independent script.
//
// Layout of the file, for every case:
//   /<case>/in/<x>     inputs, all of which have a gradient
//   /<case>/const/<c>  what has none: class numbers, masks, shift offsets
//   /<case>/out/<y>    expected outputs
//   /<case>/R/<y>      weights of the outputs in the loss Σ_y Σ R_y y
//   /<case>/grad/<x>   expected gradients of that loss
// Sizes are those of the file: a test takes them from there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tapehead::testing {

/// A tensor as it stands in the file, row-major.
struct GoldenArray {
  std::vector<std::size_t> extents;
  std::vector<double> values;
};

/// The file: the environment variable TAPEHEAD_GOLDEN, or the one beside the golden tests.
std::filesystem::path golden_path();

/// The array /<name>/<part>/<array> of the file; `part` is "in", "const", "out", "R" or "grad". Throws DataError if it
/// is not there.
GoldenArray golden_array(const std::string& name, const std::string& part, const std::string& array);

/// What /<name>/<part> holds.
std::vector<std::string> golden_names(const std::string& name, const std::string& part);

/// The number kept as an attribute of /<name>. Throws DataError if it is not there.
double golden_attribute(const std::string& name, const std::string& attribute);

}  // namespace tapehead::testing
