#include "framework/io/run_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

#include "framework/io/run_layout.hpp"
#include "framework/io/run_lock.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr int kAttempts = 5;  // on a run that is being written
constexpr std::chrono::milliseconds kPause(50);

}  // namespace

RunReader::RunReader(const std::filesystem::path& run) {
  const bool is_directory = std::filesystem::is_directory(run);
  file_ = is_directory ? run / schema::kRunFile : run;
  directory_ = is_directory ? run : run.has_parent_path() ? run.parent_path() : ".";
  if (!std::filesystem::exists(file_)) {
    throw DataError(is_directory ? run.string() + ": not a run: there is no run.h5 in it"
                                 : run.string() + ": there is no such run");
  }
  if (::access(file_.c_str(), R_OK) != 0)
    throw IoError(file_.string() + ": open failed: " + std::strerror(errno));
  read();
  if (contents_.status == RunStatus::running && !RunLock::held(directory_)) {
    read();  // it may have ended since
    killed_ = contents_.status == RunStatus::running;
  }
}

void RunReader::read() {
  for (int attempt = 1;; ++attempt) {
    try {
      hdf5::reading(file_, "run file", [&] {
        const hdf5::File file = hdf5::open_run(file_);
        contents_ = hdf5::read_run(file);
        probes_ = hdf5::probe_names(file);
      });
      return;
    } catch (const DataError&) {
      if (attempt == kAttempts || !RunLock::held(directory_)) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

std::string RunReader::status() const { return killed_ ? "killed" : status_name(contents_.status); }

TraceSet RunReader::traces(const std::string& probe) const {
  if (std::find(probes_.begin(), probes_.end(), probe) == probes_.end()) {
    throw UnavailableError(directory_.string() + ": no trace '" + probe + "'");
  }
  return hdf5::reading(file_, "run file", [&] {
    const hdf5::File file = hdf5::open_run(file_);
    return hdf5::read_probe(hdf5::open_group(file, schema::kTraces), probe).traces;
  });
}

std::string status_name(RunStatus status) {
  std::istringstream names(schema::kStatusMeanings);
  std::string name;
  for (int i = 0; i <= static_cast<int>(status); ++i) names >> name;
  return name;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
