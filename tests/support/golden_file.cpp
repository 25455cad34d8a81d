#include "tests/support/golden_file.hpp"

#include <cstdlib>

#include "framework/io/hdf5.hpp"
#include "framework/io/hdf5_values.hpp"

namespace tapehead::testing {

namespace {

template <class Action>
auto reading_golden(Action&& action) {
  const std::filesystem::path path = golden_path();
  return hdf5::reading(path, "file of golden vectors", [&] {
    const hdf5::File file = hdf5::File::open(path, false);
    return action(file);
  });
}

}  // namespace

std::filesystem::path golden_path() {
  const char* const chosen = std::getenv("TAPEHEAD_GOLDEN");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  return std::filesystem::path(TAPEHEAD_SOURCE_DIR) / "tests/golden/golden.h5";
}

GoldenArray golden_array(const std::string& name, const std::string& part, const std::string& array) {
  return reading_golden([&](const hdf5::File& file) {
    const hdf5::Group group = hdf5::open_group(file, name + "/" + part);
    const hdf5::Dataset dataset = hdf5::open_dataset(group, array);
    const std::vector<hsize_t> extents = hdf5::extents(dataset);
    GoldenArray result{{extents.begin(), extents.end()}, {}};
    if (extents.empty()) {
      result.values = {hdf5::read_scalar<double>(group, array)};
    } else {
      result.values = hdf5::read_array<double>(dataset);
    }
    return result;
  });
}

std::vector<std::string> golden_names(const std::string& name, const std::string& part) {
  return reading_golden(
      [&](const hdf5::File& file) { return hdf5::member_names(hdf5::open_group(file, name + "/" + part)); });
}

double golden_attribute(const std::string& name, const std::string& attribute) {
  return reading_golden([&](const hdf5::File& file) {
    const hdf5::Group group = hdf5::open_group(file, name);
    const hdf5::AttributeHandle found(
        hdf5::check(H5Aopen(group, attribute.c_str(), H5P_DEFAULT), "opening " + attribute));
    double value = 0;
    hdf5::check(H5Aread(found, H5T_NATIVE_DOUBLE, &value), "reading " + attribute);
    return value;
  });
}

}  // namespace tapehead::testing
