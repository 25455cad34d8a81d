// Checkpoints under a right seal that no program of this kind wrote: the digest says nothing against them.
#include <limits>

#include "framework/io/hdf5_attributes.hpp"
#include "framework/io/schema.hpp"
#include "framework/io/seal.hpp"
#include "framework/tensor/error.hpp"
#include "tests/io/fixtures.hpp"
#include "tests/support/catch.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::io_test {
namespace {

void write_sealed(const std::filesystem::path& path, const std::string& content) {
  const auto* const first = reinterpret_cast<const std::byte*>(content.data());
  std::vector<std::byte> bytes(first, first + content.size());
  seal(bytes);
  replace_bytes(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// A good checkpoint, changed with HDF5 and sealed again.
template <class Change>
void write_changed(const std::filesystem::path& path, Change&& change) {
  write_checkpoint(path, example_checkpoint(3));
  const std::string sealed = file_bytes(path);
  constexpr std::size_t kTrailer = 56;
  replace_bytes(path, sealed.substr(0, sealed.size() - kTrailer));
  {
    const hdf5::Handle<H5Fclose> file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    REQUIRE(file >= 0);
    change(file);
  }
  write_sealed(path, file_bytes(path));
}

void replace_attribute(hid_t file, const char* name, const AttributeValue& value) {
  REQUIRE(H5Adelete(file, name) >= 0);
  hdf5::write_attribute(file, name, value);
}

void remove(hid_t file, const char* name) { REQUIRE(H5Ldelete(file, name, H5P_DEFAULT) >= 0); }

/// A parameter of 2^50 numbers, none of which is in the file.
void claim_a_petabyte(hid_t file) {
  const hsize_t extent = hsize_t{1} << 50, chunk = 1024;
  const hdf5::PropertyList creation = hdf5::dataset_properties();
  REQUIRE(H5Pset_chunk(creation, 1, &chunk) >= 0);
  const hdf5::Dataset dataset(H5Dcreate2(file, "model/huge", hdf5::file_type<Real>(),
                                         hdf5::space({&extent, 1}), H5P_DEFAULT, creation, H5P_DEFAULT));
  REQUIRE(dataset >= 0);
}

void lengthen_a_column(hid_t file) {
  const hdf5::Dataset loss = hdf5::open_dataset(file, "metrics/train/loss");
  const hsize_t rows = 4;
  REQUIRE(H5Dset_extent(loss, &rows) >= 0);
}

struct Case {
  const char* what;
  void (*change)(hid_t file);
  const char* reason;
};

const Case kCases[] = {
    {"a later version of the layout",
     [](hid_t file) { replace_attribute(file, schema::kConventions, std::string("Tapehead-checkpoint-2")); },
     "its Conventions are 'Tapehead-checkpoint-2'"},
    {"a run",
     [](hid_t file) { replace_attribute(file, schema::kConventions, std::string("Tapehead-run-1")); },
     "its Conventions are 'Tapehead-run-1'"},
    {"numbers of another precision",
     [](hid_t file) {
       replace_attribute(file, schema::kPrecision, std::string(sizeof(Real) == 4 ? "float64" : "float32"));
     },
     "this program computes in"},
    {"a step before the first", [](hid_t file) { replace_attribute(file, schema::kStep, std::int64_t{-1}); },
     "its step is -1"},
    {"a step that is a text", [](hid_t file) { replace_attribute(file, schema::kStep, std::string("3")); },
     "no attribute step"},
    {"no run_id", [](hid_t file) { REQUIRE(H5Adelete(file, schema::kRunId) >= 0); }, "no attribute run_id"},
    {"no counters", [](hid_t file) { remove(file, schema::kCounters); }, "opening group 'counters'"},
    {"no parameters", [](hid_t file) { remove(file, schema::kModel); }, "opening group 'model'"},
    {"no settings", [](hid_t file) { remove(file, "config/text"); }, "opening dataset 'text'"},
    {"no steps", [](hid_t file) { remove(file, "metrics/train/step"); }, "opening dataset 'step'"},
    {"columns of unequal lengths", lengthen_a_column, "the columns of 'train' have 3 to 4 rows"},
    {"a parameter that no file could hold", claim_a_petabyte, "claims more than its file can hold"}};

}  // namespace

TEST_CASE("a foreign checkpoint is refused although its seal is right", "[io]") {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  for (const Case& foreign : kCases) {
    INFO(foreign.what);
    write_changed(path, foreign.change);
    CHECK_THROWS_AS(read_checkpoint(path), DataError);
    CHECK_THROWS_WITH(read_checkpoint(path),
                      Catch::StartsWith(path.string() + ": ") && Catch::Contains(foreign.reason));
  }
  write_changed(path, [](hid_t) {});
  CHECK(read_checkpoint(path).step == 3);  // it was not the sealing
}

TEST_CASE("what is no HDF5 file is refused although its seal is right", "[io]") {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "a.h5";
  for (const std::string& content : {std::string(), std::string("not HDF5"), std::string(100000, '\0')}) {
    write_sealed(path, content);
    CHECK_THROWS_WITH(read_checkpoint(path), Catch::Contains("damaged, or not a checkpoint"));
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::io_test
