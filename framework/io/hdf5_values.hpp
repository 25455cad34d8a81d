// Datasets' values in and out of HDF5: texts, scalars, arrays, columns. Internal to framework/io.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/io/hdf5.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// Types as they stand in files (little-endian) and in memory, by C++ type.
template <class T>
hid_t file_type();
template <class T>
hid_t memory_type();

/// Variable-length UTF-8.
Type text_type();

/// A text that HDF5 allocated.
struct FreeText {
  void operator()(char* text) const { H5free_memory(text); }
};
using OwnedText = std::unique_ptr<char, FreeText>;

/// A scalar dataset of text, and a list of texts.
void write_text(hid_t parent, const std::string& name, const std::string& text);
std::string read_text(hid_t parent, const std::string& name);
void write_texts(hid_t parent, const std::string& name, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(hid_t parent, const std::string& name);

/// A scalar dataset whose place in the file is settled at once, so that it can be overwritten later.
template <class T>
Dataset create_scalar(hid_t parent, const std::string& name, T value);
template <class T>
void write_scalar(const Dataset& dataset, T value);
template <class T>
T read_scalar(hid_t parent, const std::string& name);

/// An array written once, stored in one piece. Extents may not be 0.
template <class T>
Dataset write_array(hid_t parent, const std::string& name, std::span<const hsize_t> shape,
                    std::span<const T> values);
/// The whole array, or the first `rows` of it.
template <class T>
std::vector<T> read_array(const Dataset& dataset, std::optional<hsize_t> rows = std::nullopt);

/// An array of one axis that rows are appended to: unlimited, chunked, no filter, filled with NaN (0 for
/// integers).
template <class T>
Dataset create_column(hid_t parent, const std::string& name);
/// Makes the column `at + values` rows long and writes the values from row `at` on.
template <class T>
void append_rows(const Dataset& dataset, hsize_t at, std::span<const T> values);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
