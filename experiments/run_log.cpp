#include "experiments/run_log.hpp"

#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {

RunLog::RunLog(const std::filesystem::path& run_directory, Progress& screen)
    : path_(run_directory / "log.txt"), file_(path_, std::ios::app), screen_(screen) {
  if (!file_) throw IoError(path_.string() + ": it cannot be opened for writing");
}

void RunLog::note(const std::string& line) {
  file_ << utc_time() << "  " << line << std::endl;
  if (!file_) throw IoError(path_.string() + ": writing failed");
}

void RunLog::say(const std::string& line) {
  screen_.say(line);
  note(line);
}

}  // namespace tapehead
