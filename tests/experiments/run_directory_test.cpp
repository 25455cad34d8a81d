#include "experiments/run_directory.hpp"

#include <unistd.h>

#include <algorithm>
#include <regex>
#include <vector>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;
namespace fs = std::filesystem;

namespace {

struct Place {
  fs::path path = fs::temp_directory_path() / ("tapehead-run-directory-" + std::to_string(getpid()));
  Place() { fs::create_directories(path); }
  ~Place() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a run's directory is named after preset, time and seed") {
  const Place place;
  const fs::path run = create_run_directory(place.path, "ntm2014/copy", 7, std::nullopt);
  CHECK(fs::is_directory(run));
  CHECK(run.parent_path() == place.path / "ntm2014" / "copy");
  CHECK(std::regex_match(run.filename().string(), std::regex("\\d{8}T\\d{6}Z-s7")));
}

TEST_CASE("runs that start in the same second get directories of their own") {
  const Place place;
  std::vector<fs::path> runs;
  for (int i = 0; i < 5; ++i) runs.push_back(create_run_directory(place.path, "demo", 1, std::nullopt));
  std::ranges::sort(runs);
  CHECK(std::ranges::adjacent_find(runs) == runs.end());
}

TEST_CASE("a chosen directory is made with its parents, and refused if it exists") {
  const Place place;
  const std::string chosen = (place.path / "a" / "b").string();
  CHECK(create_run_directory(place.path, "demo", 1, chosen) == fs::path(chosen));
  CHECK_THROWS_AS(create_run_directory(place.path, "demo", 1, chosen), UsageError);
  CHECK_THROWS_AS(create_run_directory(place.path, "demo", 1, chosen + "/"), UsageError);
  CHECK(create_run_directory(place.path, "demo", 1, chosen + "2/") == fs::path(chosen + "2"));
}

TEST_CASE("a directory that cannot be made is an input/output error") {
  CHECK_THROWS_AS(create_run_directory("/proc/nowhere", "demo", 1, std::nullopt), IoError);
}

TEST_CASE("a run is found by its directory or its run.h5") {
  const Place place;
  const std::string run = (place.path / "run").string();
  fs::create_directory(run);
  CHECK(find_run_directory(run) == fs::path(run));
  CHECK(find_run_directory(run + "/") == fs::path(run));
  CHECK(find_run_directory(run + "/run.h5") == fs::path(run));
  CHECK_THROWS_AS(find_run_directory(run + "x"), DataError);
}

TEST_CASE("runs that start in the same second have names of their own in their files") {
  const std::string first = new_run_id("ntm2014/copy", 7);
  CHECK(std::regex_match(first, std::regex("ntm2014/copy/\\d{8}T\\d{6}\\.\\d{6}Z-s7")));
  usleep(2);
  CHECK(new_run_id("ntm2014/copy", 7) != first);
}
