// Files that may be damaged are read by a child process, which hands over what it read.
//
// HDF5 1.10 checks what it reads, but not all of it: about one in two hundred bytes of a run.h5, when it is changed,
// makes the library crash, search without end, or write where it should not. None of that may happen to a process that
// has something to lose. Internal to framework/io.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "framework/io/hdf5.hpp"
#include "framework/io/packing.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// What `action` returns in a child process, where it may read `path` and change nothing. Nothing where no process can
/// be made. Throws DataError with what a DataError said there, or "<path>: damaged: …" if the child crashed or took more
/// processor time than a file of that size can need: 2 s and 1 s for each MiB. An IoError stays one; UnavailableError if
/// memory was short.
std::optional<std::vector<std::byte>> done_apart(const std::filesystem::path& path,
                                                 const std::function<std::vector<std::byte>()>& action);

/// As reading(), in a child process. For results that packing.hpp knows.
template <class Action>
auto reading_apart(const std::filesystem::path& path, std::string_view kind, Action&& action) {
  using Result = std::decay_t<std::invoke_result_t<Action&>>;
  const auto bytes = done_apart(path, [&] { return packed<Result>(reading(path, kind, action)); });
  if (!bytes) return Result(reading(path, kind, action));
  try {
    return unpacked<Result>(*bytes);
  } catch (const std::runtime_error& error) {
    throw DataError(path.string() + ": damaged: what HDF5 read of it is " + error.what());
  }
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
