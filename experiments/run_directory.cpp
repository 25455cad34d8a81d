#include "experiments/run_directory.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <system_error>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::system_clock;

std::string utc(const char* format, Clock::time_point at = Clock::now()) {
  const std::time_t seconds = Clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

[[noreturn]] void cannot_make(const fs::path& path, const std::error_code& error) {
  throw IoError(path.string() + ": the directory cannot be made: " + error.message());
}

void make_parents(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) cannot_make(path.parent_path(), error);
}

// False if something is there already.
bool make(const fs::path& path) {
  std::error_code error;
  const bool made = fs::create_directory(path, error);
  if (error && error != std::errc::file_exists && error != std::errc::not_a_directory)
    cannot_make(path, error);
  return made;
}

}  // namespace

std::string utc_time() { return utc("%Y-%m-%dT%H:%M:%SZ"); }

std::string utc_file_time() { return utc("%Y%m%dT%H%M%SZ"); }

std::string new_run_id(const std::string& preset, std::size_t seed) {
  const Clock::time_point now = Clock::now();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  std::string fraction = std::to_string(microseconds.count() % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return preset + "/" + utc("%Y%m%dT%H%M%S.", now) + fraction + "Z-s" + std::to_string(seed);
}

fs::path source_directory() { return TAPEHEAD_SOURCE_DIR; }

fs::path runs_directory() { return source_directory() / "results" / "runs"; }

fs::path create_run_directory(const fs::path& root, const std::string& preset, std::size_t seed,
                              const std::optional<std::string>& chosen) {
  if (chosen) {
    // Without a slash at the end, which would hide the directory's own name.
    fs::path path = fs::path(*chosen).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    if (path.empty()) throw UsageError("--out: expected a directory, got '" + *chosen + "'");
    make_parents(path);
    if (!make(path)) {
      throw UsageError("--out " + *chosen + ": it exists already; a run never writes over another one");
    }
    return path;
  }
  const fs::path first = root / preset / (utc_file_time() + "-s" + std::to_string(seed));
  make_parents(first);
  fs::path path = first;
  for (int i = 2; !make(path); ++i) path = first.string() + "-" + std::to_string(i);
  return path;
}

fs::path find_run_directory(const std::string& name) {
  std::error_code error;
  fs::path path = fs::path(name).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (path.filename() == "run.h5") path = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::exists(path, error)) throw DataError(name + ": there is no such run");
  if (!fs::is_directory(path, error)) throw DataError(name + ": not a run: expected a run's directory");
  return path;
}

std::string shown(const fs::path& path) {
  std::error_code error;
  const fs::path relative = path.is_absolute() ? fs::proximate(path, error) : path;
  if (error || relative.empty() || *relative.begin() == "..") return path.string();
  return relative.string();
}

}  // namespace tapehead
