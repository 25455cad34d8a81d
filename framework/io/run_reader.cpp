#include "framework/io/run_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include "framework/io/reading_apart.hpp"
#include "framework/io/run_layout.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience(250);  // with a run that is being written
constexpr std::chrono::milliseconds kPause(50);
constexpr const char* kKind = "run file";

/// What there is to be seen when a run is opened.
struct Seen {
  RunContents contents;
  std::vector<std::string> probes;
  bool ordinary = true;
};

template <class Archive>
void pack(Archive& archive, Seen& seen) {
  pack_all(archive, seen.contents, seen.probes, seen.ordinary);
}

hdf5::File open_and_tell(const std::filesystem::path& file, bool& ordinary) {
  try {
    ordinary = true;
    return hdf5::File::open(file, false);
  } catch (const hdf5::Failure&) {
    ordinary = false;
    return hdf5::File::open(file, true);
  }
}

Seen look(const std::filesystem::path& path) {
  Seen seen;
  const hdf5::File file = open_and_tell(path, seen.ordinary);
  seen.contents = hdf5::read_run(file);
  seen.probes = hdf5::probe_names(file);
  return seen;
}

}  // namespace

RunReader::RunReader(const std::filesystem::path& run) {
  const bool is_directory = std::filesystem::is_directory(run);
  file_ = is_directory ? run / schema::kRunFile : run;
  directory_ = is_directory ? run : run.has_parent_path() ? run.parent_path() : ".";
  if (!std::filesystem::exists(file_)) {
    throw DataError(is_directory ? run.string() + ": not a run: there is no run.h5 in it"
                                 : run.string() + ": there is no such run");
  }
  if (!std::filesystem::is_regular_file(file_)) throw DataError(file_.string() + ": not a regular file");
  if (::access(file_.c_str(), R_OK) != 0)
    throw IoError(file_.string() + ": open failed: " + std::strerror(errno));
  read();
  if (contents_.status == RunStatus::running && !RunLock::held(directory_)) {
    read();  // it may have ended since
    killed_ = contents_.status == RunStatus::running;
  }
}

void RunReader::read() {
  const auto begin = Clock::now();
  for (;;) {
    try {
      Seen seen = hdf5::reading_apart(file_, kKind, [&] { return look(file_); });
      contents_ = std::move(seen.contents);
      probes_ = std::move(seen.probes);
      ordinary_ = seen.ordinary;
      return;
    } catch (const DataError&) {
      if (Clock::now() - begin > kPatience || !RunLock::held(directory_)) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

std::string RunReader::status() const { return killed_ ? "killed" : status_name(contents_.status); }

TraceSet RunReader::traces(const std::string& probe) const {
  if (std::find(probes_.begin(), probes_.end(), probe) == probes_.end()) {
    throw UnavailableError(directory_.string() + ": no trace '" + probe + "'");
  }
  return hdf5::reading_apart(file_, kKind, [&] {
    const hdf5::File file = hdf5::open_run(file_);
    return hdf5::read_probe(hdf5::open_group(file, schema::kTraces), probe).traces;
  });
}

std::vector<std::byte> RunReader::additions() const {
  return hdf5::reading_apart(file_, kKind, [&] { return hdf5::additions_in(hdf5::open_run(file_)); });
}

std::string status_name(RunStatus status) {
  std::istringstream names(schema::kStatusMeanings);
  std::string name;
  for (int i = 0; i <= static_cast<int>(status); ++i) names >> name;
  return name;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
