#include "framework/io/hdf5_attributes.hpp"

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

Type bool_type() {
  Type type(check(H5Tenum_create(H5T_STD_I8LE), "making a type"));
  for (const std::int8_t value : {std::int8_t{0}, std::int8_t{1}}) {
    check(H5Tenum_insert(type, value == 0 ? "FALSE" : "TRUE", &value), "making a type");
  }
  return type;
}

void write_attribute_as(hid_t object, const std::string& name, hid_t stored, hid_t in_memory,
                        const void* value) {
  const std::string what = "writing attribute '" + name + "'";
  AttributeHandle attribute(
      check(H5Acreate2(object, name.c_str(), stored, scalar_space(), H5P_DEFAULT, H5P_DEFAULT), what));
  check(H5Awrite(attribute, in_memory, value), what);
  attribute.close();
}

std::string read_text_attribute(const AttributeHandle& attribute, const Type& type, const std::string& what) {
  if (check(H5Tis_variable_str(type), what) > 0) {
    char* text = nullptr;
    check(H5Aread(attribute, type, &text), what);
    const OwnedText owned(text);
    return text == nullptr ? "" : text;
  }
  std::string text(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, text.data()), what);
  return text.substr(0, text.find('\0'));
}

std::optional<AttributeValue> read_attribute(hid_t object, const std::string& name) {
  const std::string what = "reading attribute '" + name + "'";
  const AttributeHandle attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), what));
  const Type type(check(H5Aget_type(attribute), what));
  const Space of(check(H5Aget_space(attribute), what));
  if (check(H5Sget_simple_extent_npoints(of), what) != 1) return std::nullopt;
  switch (H5Tget_class(type)) {
    case H5T_ENUM: {
      if (H5Tget_size(type) != sizeof(std::int8_t)) return std::nullopt;
      std::int8_t value = 0;
      check(H5Aread(attribute, type, &value), what);
      return value != 0;
    }
    case H5T_INTEGER: {
      std::int64_t value = 0;
      check(H5Aread(attribute, H5T_NATIVE_INT64, &value), what);
      return value;
    }
    case H5T_FLOAT: {
      double value = 0;
      check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), what);
      return value;
    }
    case H5T_STRING:
      return read_text_attribute(attribute, type, what);
    default:
      return std::nullopt;
  }
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const AttributeValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) {
    const std::int8_t number = *flag ? 1 : 0;
    const Type type = bool_type();
    write_attribute_as(object, name, type, type, &number);
  } else if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
    write_attribute_as(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, integer);
  } else if (const double* number = std::get_if<double>(&value)) {
    write_attribute_as(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, number);
  } else {
    const char* text = std::get<std::string>(value).c_str();
    const Type type = text_type();
    write_attribute_as(object, name, type, type, &text);
  }
}

void write_attributes(hid_t object, const std::vector<Attribute>& attributes) {
  for (const Attribute& attribute : attributes) write_attribute(object, attribute.name, attribute.value);
}

std::vector<Attribute> read_attributes(hid_t object) {
  std::vector<std::string> names;
  if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect_name, &names) < 0) {
    names.clear();
    check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names),
          "listing attributes");
  }
  std::vector<Attribute> attributes;
  for (const std::string& name : names) {
    if (auto value = read_attribute(object, name)) attributes.push_back({.name = name, .value = *value});
  }
  return attributes;
}

std::string text_attribute(hid_t object, const std::string& name) {
  if (check(H5Aexists(object, name.c_str()), "looking for attribute '" + name + "'") == 0) return "";
  const auto value = read_attribute(object, name);
  return value && std::holds_alternative<std::string>(*value) ? std::get<std::string>(*value) : "";
}

void describe(hid_t dataset, const Column& column) {
  write_attribute(dataset, schema::kUnits, column.units);
  if (!column.long_name.empty()) write_attribute(dataset, schema::kLongName, column.long_name);
}

Column description(hid_t dataset, const std::string& name) {
  return {.name = name,
          .units = text_attribute(dataset, schema::kUnits),
          .long_name = text_attribute(dataset, schema::kLongName)};
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
