// Attributes of HDF5 objects: settings and facts with their types, units and names. Internal to framework/io.
#pragma once

#include <string>
#include <vector>

#include "framework/io/hdf5_values.hpp"
#include "framework/io/run_contents.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// @name = value; booleans as h5py writes them, an enumeration of int8.
void write_attribute(hid_t object, const std::string& name, const AttributeValue& value);
void write_attributes(hid_t object, const std::vector<Attribute>& attributes);
/// All scalar attributes of a type that AttributeValue has, in order of creation where the file knows it.
std::vector<Attribute> read_attributes(hid_t object);
/// A text attribute, or "" if there is none.
std::string text_attribute(hid_t object, const std::string& name);
/// @units and @long_name, the latter if it is not empty.
void describe(hid_t dataset, const Column& column);
Column description(hid_t dataset, const std::string& name);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
