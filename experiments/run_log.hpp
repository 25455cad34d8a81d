// RUN/log.txt: what happened to a run and when, one line each; important lines also go to the screen.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "experiments/progress.hpp"

namespace tapehead {

class RunLog {
 public:
  /// Appends to log.txt in the run's directory. Throws IoError if it cannot be opened.
  RunLog(const std::filesystem::path& run_directory, Progress& screen);

  /// A line in the file, with the time (UTC) before it. Throws IoError if it cannot be written.
  void note(const std::string& line);

  /// The same, and on the screen.
  void say(const std::string& line);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  Progress& screen_;
};

}  // namespace tapehead
