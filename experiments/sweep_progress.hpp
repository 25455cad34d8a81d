// What a sweep shows while it works: a line for all its runs, and on a terminal one for each that is running.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "experiments/progress.hpp"
#include "experiments/sweep.hpp"

namespace tapehead {

/// How many runs there are of each kind, and how much of their sequences is done.
struct SweepTotals {
  std::size_t finished = 0, running = 0, elsewhere = 0, failed = 0, all = 0;
  double share =
      0;  // of all sequences, where it is known how many there are to be; a run that is over has done all its
};
SweepTotals totals(std::span<const SweepTaskState> states);

/// " 45.0 %  3 of 8 finished, 2 running, 1 failed  0:32 left". `seconds_left` below 0: not known.
std::string totals_line(const SweepTotals& totals, double seconds_left);

/// "copy-ntm-lstm-s3   12.3 %  30,750 of 250,000 sequences  loss 12.3 bit  1:23".
std::string task_line(const std::string& name, const SweepTaskState& state);

/// ", loss 12.3 bit", or nothing if there is none.
std::string loss_text(const SweepTaskState& state);

/// On a terminal the lines are rewritten several times a second; anywhere else the first one is added every few seconds.
class SweepProgress {
 public:
  /// `columns` is the terminal's width. The tasks must outlive it.
  SweepProgress(std::ostream& out, bool terminal, std::size_t columns, std::span<const SweepTask> tasks,
                Progress::Clock clock = std::chrono::steady_clock::now);

  /// Removes the lines, if there are any.
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  /// Whether enough time has gone by since the lines were shown last.
  bool due() const;

  /// Whether enough time has gone by for runs to be opened again, which costs their training a little.
  bool measurement_due();

  void show(std::span<const SweepTaskState> states);

  /// A line that stays, above the others.
  void say(const std::string& line);

 private:
  void clear();
  double seconds_left(double share) const;

  std::ostream& out_;
  bool terminal_;
  std::size_t columns_;
  std::span<const SweepTask> tasks_;
  Progress::Clock clock_;
  std::size_t drawn_ = 0;  // lines
  bool started_ = false;
  double first_share_ = 0;
  std::chrono::steady_clock::time_point begin_, next_, next_measurement_;
};

}  // namespace tapehead
