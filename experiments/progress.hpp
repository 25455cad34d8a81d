// What a long command shows while it works.
//
// On a terminal one line is rewritten several times a second; anywhere else a line is added every few seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace tapehead {

/// Where a run stands.
struct ProgressState {
  std::uint64_t step = 0;
  std::uint64_t last_step = 0;  // the step that ends the run
  std::uint64_t sequences = 0;
  double loss = 0;  // NaN: not known yet
};

/// One line without its end: " 12.3 %  step 30,750 of 250,000  loss 12.3 bit  2,714 sequences/s  1:23 left".
/// `rate` is in sequences per second and `seconds_left` in seconds; below 0 or NaN: not known.
std::string progress_line(const ProgressState& state, const std::string& unit, double rate,
                          double seconds_left);

/// "1,234,567".
std::string grouped(std::uint64_t number);

/// A number to four digits.
std::string short_number(double number);

/// "0:07", "12:34", "3:25:45".
std::string clock_time(double seconds);

class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// `unit` is that of the loss.
  Progress(std::ostream& out, bool terminal, std::string unit, Clock clock = std::chrono::steady_clock::now);

  /// Removes the line, if there is one.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether enough time has gone by since the last line; so cheap that it can be asked at every step.
  bool due();

  /// Shows the state now. The rate is the mean since the first call.
  void show(const ProgressState& state);

  /// A line that stays, above the progress line.
  void say(const std::string& line);

 private:
  void clear();

  std::ostream& out_;
  bool terminal_;
  std::string unit_;
  Clock clock_;
  bool started_ = false;
  bool drawn_ = false;
  ProgressState first_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace tapehead
