// HDF5's handles as objects that close themselves, and its error codes as exceptions.
//
// Internal to framework/io: no other layer includes this header, and no public header of io does.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/tensor/error.hpp"
#include "framework/tensor/real.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// A call of HDF5 that failed: what was tried, and HDF5's reason in one line. reading() and writing() below
/// turn it into an Error that names the file.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Failure with `what` and the top and bottom of HDF5's error stack.
[[noreturn]] void fail(std::string_view what);

/// Passes an HDF5 return code or identifier on. Throws Failure if it is negative.
template <class Code>
Code check(Code code, std::string_view what) {
  if (code < 0) fail(what);
  return code;
}

/// Sees to it that HDF5 prints nothing and installs no exit handler. Called before anything else of HDF5's.
void initialise();

/// Gives memory that is not in use back to the system: what HDF5 keeps for later, and what malloc does.
void give_back_memory() noexcept;

/// Owns one identifier. Converts to it, so that it can be handed to HDF5 as it is.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }

  operator hid_t() const { return id_; }

  /// Closes now. Throws Failure; the destructor is silent.
  void close() {
    if (id_ >= 0) check(Close(std::exchange(id_, H5I_INVALID_HID)), "closing");
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using AttributeHandle = Handle<H5Aclose>;
using Type = Handle<H5Tclose>;
using Space = Handle<H5Sclose>;
using PropertyList = Handle<H5Pclose>;

/// An open file. Its close() flushes first: without that HDF5 1.10 can close a file on a full disk, lose data
/// and report success.
class File : public Handle<H5Fclose> {
 public:
  File() = default;

  /// A new, empty file over whatever stood there, in the format of HDF5 1.10, which SWMR needs.
  static File create(const std::filesystem::path& path);
  /// A new, empty file in memory; see image().
  static File create_in_memory();
  /// Opens for reading, as HDF5 opens any file or, with `swmr`, while another process writes it.
  static File open(const std::filesystem::path& path, bool swmr);
  /// Opens a copy of bytes in memory for reading.
  static File open_image(std::span<const std::byte> image);

  void flush() const;
  void close();

  /// The bytes of the file, as they would stand on disk.
  std::vector<std::byte> image() const;
  /// The descriptor the operating system knows the file by; the file owns it.
  int descriptor() const;

 private:
  explicit File(hid_t id) : Handle(id) {}
};

PropertyList property_list(hid_t of_class);
/// Properties for creating datasets: no time stamps.
PropertyList dataset_properties();

Group create_group(hid_t parent, const std::string& name);
Group open_group(hid_t parent, const std::string& name);
Dataset open_dataset(hid_t parent, const std::string& name);
bool has_link(hid_t parent, const std::string& name);

/// Names of a group's members, in order of creation where the file knows it, by name otherwise.
std::vector<std::string> member_names(hid_t group);
bool is_dataset(hid_t parent, const std::string& name);

/// A data space of the given extents; a scalar without any.
Space space(std::span<const hsize_t> extents, std::span<const hsize_t> limits = {});
Space scalar_space();
std::vector<hsize_t> extents(hid_t dataset);

/// A text out of a file that may be damaged, fit to be printed: '?' for what is not ASCII's letters and signs.
std::string printable(std::string text);

/// Does something with a file that is read: failures of HDF5, and extents that no memory can hold, become
/// DataError("<path>: damaged, or not a <kind>: <reason>").
template <class Action>
auto reading(const std::filesystem::path& path, std::string_view kind, Action&& action) {
  const auto refuse = [&](const char* reason) {
    return DataError(path.string() + ": damaged, or not a " + std::string(kind) + ": " + printable(reason));
  };
  try {
    return action();
  } catch (const Failure& failure) {
    throw refuse(failure.what());
  } catch (const std::bad_alloc&) {
    throw refuse("it claims more than memory can hold");
  } catch (const std::length_error&) {
    throw refuse("it claims more than memory can hold");
  }
}

/// Does something with a file that is written: failures of HDF5 become IoError("<path>: <reason>").
template <class Action>
auto writing(const std::filesystem::path& path, Action&& action) {
  try {
    return action();
  } catch (const Failure& failure) {
    throw IoError(path.string() + ": " + failure.what());
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
