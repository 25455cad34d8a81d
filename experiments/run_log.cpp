#include "experiments/run_log.hpp"

#include <cerrno>
#include <cstring>

#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* action) {
  throw IoError(path.string() + ": " + action + " failed: " + std::strerror(errno));
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& run_directory, Progress& screen)
    : path_(run_directory / "log.txt"), file_(path_, std::ios::app), screen_(screen) {
  if (!file_) fail(path_, "open");
}

void RunLog::note(const std::string& line) {
  file_ << utc_time() << "  " << line << std::endl;
  if (!file_) fail(path_, "write");
}

void RunLog::say(const std::string& line) {
  screen_.say(line);
  note(line);
}

}  // namespace tapehead
