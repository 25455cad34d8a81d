#include "experiments/sweep_attempt.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeading = "$ ./tapehead ";
constexpr std::string_view kClosing = "exit code ";
constexpr std::array<std::string_view, 2> kErrors = {"tapehead: error: ", "tapehead: internal fault: "};
constexpr int kInternalFault = 70;
constexpr std::size_t kStampSize = std::string_view("2024-05-01T12:34:56Z  ").size();

// As experiments/commands.cpp tells them.
constexpr std::array<std::pair<int, const char*>, 6> kMeanings = {
    {{2, "wrong command line or setting"},
     {3, "diverged"},
     {65, "a damaged or foreign file"},
     {69, "something that is needed is not there"},
     {kInternalFault, "a fault of the program"},
     {74, "reading or writing failed"}}};

bool asked_to_stop(int exit_code) {
  constexpr std::array codes = {ExitCode::hangup, ExitCode::interrupted, ExitCode::user_signal,
                                ExitCode::terminated};
  return std::ranges::find(codes, static_cast<ExitCode>(exit_code)) != codes.end();
}

}  // namespace

bool Attempt::failed() const { return exit_code.value_or(0) != 0 && !asked_to_stop(*exit_code); }

std::string Attempt::reason(const fs::path& directory) const {
  const int code_found = exit_code.value_or(0);
  return (error.empty() ? "it did not say why it ended" : without_path(error, directory)) +
         with_meaning(code_found);
}

ExitCode Attempt::code() const {
  const int code_found = exit_code.value_or(0);
  if (code_found == 128 + SIGKILL) return ExitCode::unavailable;
  const bool ours =
      std::ranges::find(kMeanings, code_found, [](const auto& one) { return one.first; }) != kMeanings.end();
  return static_cast<ExitCode>(ours ? code_found : kInternalFault);
}

Attempt last_attempt(const fs::path& log) {
  Attempt attempt;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kHeading)) attempt = {};
    for (const std::string_view error : kErrors) {
      if (line.starts_with(error)) attempt.error = line.substr(error.size());
    }
    if (!line.starts_with(kClosing)) continue;
    attempt.exit_code = std::atoi(line.c_str() + kClosing.size());
  }
  return attempt;
}

std::string attempt_heading(const std::vector<std::string>& arguments) {
  std::string line(kHeading);
  for (std::size_t i = 0; i < arguments.size(); ++i) line += (i == 0 ? "" : " ") + arguments[i];
  return line;
}

std::string attempt_closing(int exit_code) { return std::string(kClosing) + std::to_string(exit_code); }

std::string divergence(const fs::path& run_directory) {
  std::ifstream file(run_directory / "log.txt");
  std::string last = "it diverged";
  for (std::string line; std::getline(file, line);) {
    const bool stamped = line.size() > kStampSize && line[kStampSize - 3] == 'Z';
    if (stamped) last = line.substr(kStampSize);
  }
  return last + with_meaning(static_cast<int>(ExitCode::diverged));
}

std::string with_meaning(int exit_code) {
  const auto found = std::ranges::find(kMeanings, exit_code, [](const auto& one) { return one.first; });
  const char* const signal = exit_code > 128 ? sigabbrev_np(exit_code - 128) : nullptr;
  std::string meaning = "not one of this program";
  if (found != kMeanings.end()) meaning = found->second;
  if (signal != nullptr) meaning = "ended by SIG" + std::string(signal);
  return " (exit code " + std::to_string(exit_code) + ": " + meaning + ")";
}

std::string without_path(const std::string& message, const fs::path& directory) {
  std::string line = message.substr(0, message.find('\n'));
  for (const std::string& path : {directory.string() + "/", directory.string() + ": "}) {
    for (std::size_t at = line.find(path); at != std::string::npos; at = line.find(path))
      line.erase(at, path.size());
  }
  return line;
}

}  // namespace tapehead
