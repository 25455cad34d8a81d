#include "framework/io/hdf5.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdint>

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr std::size_t kMemoryIncrement = 1 << 16;  // bytes by which a file in memory grows
constexpr hsize_t kPage = 4096;                    // bytes: the smallest page of any system
constexpr std::size_t kChunkCache = 1 << 13;       // bytes a dataset: the chunk that rows are appended to
constexpr std::size_t kChunkCacheSlots = 1;
constexpr unsigned kReadAttempts = 24;  // of metadata that is being written; 17 ms
constexpr unsigned kOrdered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

herr_t collect(unsigned, const H5E_error2_t* error, void* into) {
  if (error->desc != nullptr) static_cast<std::vector<std::string>*>(into)->emplace_back(error->desc);
  return 0;
}

/// The operating system's words, where HDF5 quotes them among descriptor numbers and addresses.
std::string condensed(const std::string& text) {
  static constexpr std::string_view kQuote = "error message = '";
  const auto begin = text.find(kQuote);
  if (begin == std::string::npos) return text;
  const auto from = begin + kQuote.size();
  return text.substr(from, text.find('\'', from) - from);
}

/// Order of creation is kept, so that columns and settings are listed as they were declared; time stamps are
/// not, so that equal runs make equal files.
void order_without_times(hid_t group_properties) {
  check(H5Pset_link_creation_order(group_properties, kOrdered), "ordering links");
  check(H5Pset_attr_creation_order(group_properties, kOrdered), "ordering attributes");
  check(H5Pset_obj_track_times(group_properties, false), "turning time stamps off");
}

PropertyList access_properties() {
  initialise();
  PropertyList access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "setting how files close");
  // HDF5's own locks fail on many network file systems; who may write is decided by the lock of the run
  // directory.
  check(H5Pset_file_locking(access, false, true), "turning file locks off");
  // By default each column would keep a MiB of what was written, which nobody reads again.
  check(H5Pset_cache(access, 0, kChunkCacheSlots, kChunkCache, 1), "limiting the cache");
  return access;
}

PropertyList format_properties(H5F_libver_t oldest) {
  PropertyList access = access_properties();
  check(H5Pset_libver_bounds(access, oldest, H5F_LIBVER_V110), "setting the file format");
  return access;
}

PropertyList creation_properties() {
  PropertyList creation = property_list(H5P_FILE_CREATE);
  order_without_times(creation);
  return creation;
}

/// A kill can cut a write at the boundaries of the system's pages, and metadata that is half old and half new is
/// unreadable for good. In a file of pages no piece of metadata smaller than a page lies across a boundary.
void divide_into_pages(hid_t creation) {
  check(H5Pset_file_space_strategy(creation, H5F_FSPACE_STRATEGY_PAGE, false, 1), "dividing into pages");
  check(H5Pset_file_space_page_size(creation, kPage), "dividing into pages");
}

hid_t create_file(const char* name, hid_t creation, hid_t access) {
  return check(H5Fcreate(name, H5F_ACC_TRUNC, creation, access), "creating the file");
}

}  // namespace

void initialise() {
  // The handler that HDF5 would run at exit crashes if a file could not be closed. The call fails when it was
  // made before, by the library's other precision, which is as good.
  static const bool no_exit_handler = H5dont_atexit() >= 0;
  static_cast<void>(no_exit_handler);
  // A setting of each thread.
  thread_local const bool silent = check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "silencing") >= 0;
  static_cast<void>(silent);
}

void give_back_memory() noexcept {
  H5garbage_collect();
  malloc_trim(0);
}

void fail(std::string_view what) {
  std::vector<std::string> causes;  // from the innermost out
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &causes);
  std::string message(what);
  if (!causes.empty()) message += ": " + condensed(causes.front());
  throw Failure(message);
}

File File::create(const std::filesystem::path& path) {
  const PropertyList access = format_properties(H5F_LIBVER_V110);
  const PropertyList creation = creation_properties();
  divide_into_pages(creation);
  return File(create_file(path.c_str(), creation, access));
}

File File::create_in_memory() {
  // H5Fget_file_image clears the superblock's mark of an open file without mending the superblock's checksum.
  // The oldest superblock has no checksum; everything else is in the newer format where it needs to be.
  const PropertyList access = format_properties(H5F_LIBVER_EARLIEST);
  check(H5Pset_fapl_core(access, kMemoryIncrement, false), "choosing memory");
  return File(create_file("memory", creation_properties(), access));
}

File File::open(const std::filesystem::path& path, bool swmr) {
  const PropertyList access = access_properties();
  // Between attempts at metadata with a wrong checksum HDF5 sleeps, each time twice as long: its own 100 never end.
  if (swmr) check(H5Pset_metadata_read_attempts(access, kReadAttempts), "limiting the attempts to read");
  const unsigned flags = swmr ? H5F_ACC_RDONLY | H5F_ACC_SWMR_READ : H5F_ACC_RDONLY;
  return File(check(H5Fopen(path.c_str(), flags, access), "opening the file"));
}

File File::open_image(std::span<const std::byte> image) {
  const PropertyList access = access_properties();
  check(H5Pset_fapl_core(access, kMemoryIncrement, false), "choosing memory");
  // HDF5 copies the bytes and does not change them; its interface lacks the const.
  check(H5Pset_file_image(access, const_cast<std::byte*>(image.data()), image.size()), "taking the bytes");
  // HDF5 takes files in memory of one name for one file: not the name that a new one has, which may be open.
  return File(check(H5Fopen("image", H5F_ACC_RDONLY, access), "opening the bytes"));
}

void File::flush() const { check(H5Fflush(*this, H5F_SCOPE_GLOBAL), "flushing"); }

void File::close() {
  if (*this < 0) return;
  flush();
  Handle::close();
}

std::vector<std::byte> File::image() const {
  flush();
  const auto size = check(H5Fget_file_image(*this, nullptr, 0), "measuring the file");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  check(H5Fget_file_image(*this, bytes.data(), bytes.size()), "taking the file's bytes");
  return bytes;
}

int File::descriptor() const {
  void* descriptor = nullptr;
  check(H5Fget_vfd_handle(*this, H5P_DEFAULT, &descriptor), "finding the file's descriptor");
  return *static_cast<int*>(descriptor);
}

PropertyList property_list(hid_t of_class) {
  return PropertyList(check(H5Pcreate(of_class), "making a property list"));
}

PropertyList dataset_properties() {
  PropertyList creation = property_list(H5P_DATASET_CREATE);
  check(H5Pset_obj_track_times(creation, false), "turning time stamps off");
  return creation;
}

Group create_group(hid_t parent, const std::string& name) {
  const PropertyList creation = property_list(H5P_GROUP_CREATE);
  order_without_times(creation);
  return Group(check(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT),
                     "creating group '" + name + "'"));
}

Group open_group(hid_t parent, const std::string& name) {
  return Group(check(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "opening group '" + name + "'"));
}

Dataset open_dataset(hid_t parent, const std::string& name) {
  return Dataset(check(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), "opening dataset '" + name + "'"));
}

bool has_link(hid_t parent, const std::string& name) {
  return check(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "looking for '" + name + "'") > 0;
}

std::vector<std::string> member_names(hid_t parent) {
  const Group group = open_group(parent, ".");  // a file's root group has properties, the file itself has not
  H5G_info_t info;
  check(H5Gget_info(group, &info), "listing a group");
  const PropertyList creation(check(H5Gget_create_plist(group), "listing a group"));
  unsigned order = 0;
  check(H5Pget_link_creation_order(creation, &order), "listing a group");
  const H5_index_t index = (order & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name = [&](char* into, std::size_t size) {
      return check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, into, size, H5P_DEFAULT),
                   "listing a group");
    };
    std::string text(static_cast<std::size_t>(name(nullptr, 0)), '\0');
    name(text.data(), text.size() + 1);
    names.push_back(std::move(text));
  }
  return names;
}

bool is_dataset(hid_t parent, const std::string& name) {
  const hid_t object = check(H5Oopen(parent, name.c_str(), H5P_DEFAULT), "opening '" + name + "'");
  const Handle<H5Oclose> owner(object);
  return H5Iget_type(object) == H5I_DATASET;
}

Space space(std::span<const hsize_t> extents, std::span<const hsize_t> limits) {
  if (extents.empty()) return scalar_space();
  return Space(check(H5Screate_simple(static_cast<int>(extents.size()), extents.data(),
                                      limits.empty() ? nullptr : limits.data()),
                     "making a data space"));
}

Space scalar_space() { return Space(check(H5Screate(H5S_SCALAR), "making a data space")); }

std::vector<hsize_t> extents(hid_t dataset) {
  const Space of(check(H5Dget_space(dataset), "reading extents"));
  const int rank = check(H5Sget_simple_extent_ndims(of), "reading extents");
  std::vector<hsize_t> result(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(of, result.data(), nullptr), "reading extents");
  return result;
}

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
