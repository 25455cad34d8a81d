#include "framework/io/hdf5_values.hpp"

#include <algorithm>
#include <limits>

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

template <>
hid_t file_type<float>() {
  return H5T_IEEE_F32LE;
}
template <>
hid_t file_type<double>() {
  return H5T_IEEE_F64LE;
}
template <>
hid_t file_type<std::int64_t>() {
  return H5T_STD_I64LE;
}
template <>
hid_t file_type<std::int8_t>() {
  return H5T_STD_I8LE;
}
template <>
hid_t memory_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t memory_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t memory_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t memory_type<std::int8_t>() {
  return H5T_NATIVE_INT8;
}

namespace {

constexpr hsize_t kLargestDeflateRatio = 1100;  // zlib reaches 1032

void write_all(const Dataset& dataset, hid_t in_memory, const void* values) {
  check(H5Dwrite(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "writing");
}

/// Damaged extents would ask for any amount of memory; no dataset of ours says more than its file can hold.
void check_plausible(const Dataset& dataset, hsize_t scalars, std::size_t bytes_each) {
  const Handle<H5Fclose> file(check(H5Iget_file_id(dataset), "reading"));
  hsize_t bytes = 0;
  check(H5Fget_filesize(file, &bytes), "measuring the file");
  if (scalars / kLargestDeflateRatio > bytes / bytes_each)
    throw Failure("a dataset claims more than its file can hold");
}

}  // namespace

Type text_type() {
  Type type(check(H5Tcopy(H5T_C_S1), "making a type"));
  check(H5Tset_size(type, H5T_VARIABLE), "making a type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "making a type");
  return type;
}

void write_text(hid_t parent, const std::string& name, const std::string& text) {
  const char* pointer = text.c_str();
  const Type type = text_type();
  Dataset dataset = Dataset(check(
      H5Dcreate2(parent, name.c_str(), type, scalar_space(), H5P_DEFAULT, dataset_properties(), H5P_DEFAULT),
      "creating '" + name + "'"));
  write_all(dataset, type, &pointer);
  dataset.close();
}

std::string read_text(hid_t parent, const std::string& name) {
  const std::vector<std::string> texts = read_texts(parent, name);
  if (texts.size() != 1) throw Failure("'" + name + "' is not one text");
  return texts.front();
}

void write_texts(hid_t parent, const std::string& name, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  const Type type = text_type();
  const hsize_t count = texts.size();
  Dataset dataset = Dataset(check(H5Dcreate2(parent, name.c_str(), type, space({&count, 1}), H5P_DEFAULT,
                                             dataset_properties(), H5P_DEFAULT),
                                  "creating '" + name + "'"));
  if (!texts.empty()) write_all(dataset, type, pointers.data());
  dataset.close();
}

std::vector<std::string> read_texts(hid_t parent, const std::string& name) {
  const Dataset dataset = open_dataset(parent, name);
  const Type type(check(H5Dget_type(dataset), "reading '" + name + "'"));
  if (H5Tget_class(type) != H5T_STRING || check(H5Tis_variable_str(type), "reading '" + name + "'") == 0) {
    throw Failure("'" + name + "' is not text of variable length");
  }
  hsize_t count = 1;
  for (const hsize_t extent : extents(dataset)) count *= extent;
  check_plausible(dataset, count, sizeof(char*));
  std::vector<char*> pointers(count, nullptr);
  check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "reading '" + name + "'");
  std::vector<OwnedText> owned;
  for (char* pointer : pointers) owned.emplace_back(pointer);
  std::vector<std::string> texts;
  for (const OwnedText& text : owned) texts.emplace_back(text ? text.get() : "");
  return texts;
}

template <class T>
Dataset create_scalar(hid_t parent, const std::string& name, T value) {
  const PropertyList creation = dataset_properties();
  check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "allocating early");
  Dataset dataset = Dataset(check(
      H5Dcreate2(parent, name.c_str(), file_type<T>(), scalar_space(), H5P_DEFAULT, creation, H5P_DEFAULT),
      "creating '" + name + "'"));
  write_scalar(dataset, value);
  return dataset;
}

template <class T>
void write_scalar(const Dataset& dataset, T value) {
  write_all(dataset, memory_type<T>(), &value);
}

template <class T>
T read_scalar(hid_t parent, const std::string& name) {
  const std::vector<T> values = read_array<T>(open_dataset(parent, name));
  if (values.size() != 1) throw Failure("'" + name + "' is not one number");
  return values.front();
}

template <class T>
Dataset write_array(hid_t parent, const std::string& name, std::span<const hsize_t> shape,
                    std::span<const T> values) {
  Dataset dataset = Dataset(check(H5Dcreate2(parent, name.c_str(), file_type<T>(), space(shape), H5P_DEFAULT,
                                             dataset_properties(), H5P_DEFAULT),
                                  "creating '" + name + "'"));
  write_all(dataset, memory_type<T>(), values.data());
  return dataset;
}

template <class T>
std::vector<T> read_array(const Dataset& dataset, std::optional<hsize_t> rows) {
  std::vector<hsize_t> shape = extents(dataset);
  if (rows) {
    if (shape.empty() || shape.front() < *rows) throw Failure("a dataset has fewer rows than expected");
    shape.front() = *rows;
  }
  hsize_t count = 1;
  for (const hsize_t extent : shape) {
    if (extent != 0 && count > std::numeric_limits<hsize_t>::max() / extent)
      throw Failure("extents overflow");
    count *= extent;
  }
  check_plausible(dataset, count, sizeof(T));
  std::vector<T> values(count);
  if (count == 0) return values;
  const Space stored(check(H5Dget_space(dataset), "reading"));
  if (rows) {
    const std::vector<hsize_t> start(shape.size(), 0);
    check(H5Sselect_hyperslab(stored, H5S_SELECT_SET, start.data(), nullptr, shape.data(), nullptr),
          "reading");
  }
  check(H5Dread(dataset, memory_type<T>(), space(shape), stored, H5P_DEFAULT, values.data()), "reading");
  return values;
}

template <class T>
Dataset create_column(hid_t parent, const std::string& name) {
  const PropertyList creation = dataset_properties();
  const hsize_t chunk = schema::kMetricsChunk;
  check(H5Pset_chunk(creation, 1, &chunk), "setting the chunk");
  const T fill = std::numeric_limits<T>::quiet_NaN();  // 0 for an integer
  check(H5Pset_fill_value(creation, memory_type<T>(), &fill), "setting the fill value");
  const hsize_t none = 0;
  const hsize_t unlimited = H5S_UNLIMITED;
  return Dataset(check(H5Dcreate2(parent, name.c_str(), file_type<T>(), space({&none, 1}, {&unlimited, 1}),
                                  H5P_DEFAULT, creation, H5P_DEFAULT),
                       "creating '" + name + "'"));
}

template <class T>
void append_rows(const Dataset& dataset, hsize_t at, std::span<const T> values) {
  const hsize_t count = values.size();
  if (count == 0) return;
  const hsize_t rows = at + count;
  check(H5Dset_extent(dataset, &rows), "appending rows");
  const Space stored = space({&rows, 1});
  check(H5Sselect_hyperslab(stored, H5S_SELECT_SET, &at, nullptr, &count, nullptr), "appending rows");
  check(H5Dwrite(dataset, memory_type<T>(), space({&count, 1}), stored, H5P_DEFAULT, values.data()),
        "appending rows");
}

template Dataset create_scalar(hid_t, const std::string&, double);
template Dataset create_scalar(hid_t, const std::string&, std::int8_t);
template void write_scalar(const Dataset&, double);
template void write_scalar(const Dataset&, std::int8_t);
template double read_scalar(hid_t, const std::string&);
template std::int64_t read_scalar(hid_t, const std::string&);
template Dataset write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const float>);
template Dataset write_array(hid_t, const std::string&, std::span<const hsize_t>, std::span<const double>);
template Dataset write_array(hid_t, const std::string&, std::span<const hsize_t>,
                             std::span<const std::int64_t>);
template std::vector<float> read_array(const Dataset&, std::optional<hsize_t>);
template std::vector<double> read_array(const Dataset&, std::optional<hsize_t>);
template std::vector<std::int64_t> read_array(const Dataset&, std::optional<hsize_t>);
template Dataset create_column<double>(hid_t, const std::string&);
template Dataset create_column<std::int64_t>(hid_t, const std::string&);
template void append_rows(const Dataset&, hsize_t, std::span<const double>);
template void append_rows(const Dataset&, hsize_t, std::span<const std::int64_t>);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
