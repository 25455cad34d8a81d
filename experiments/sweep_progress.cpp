#include "experiments/sweep_progress.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <utility>

#include "experiments/loss_names.hpp"

namespace tapehead {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using Status = SweepTaskState::Status;

constexpr milliseconds kTerminalInterval{500};
constexpr milliseconds kPlainInterval{5000};
constexpr milliseconds kMeasurementInterval{2000};

double share_of(const SweepTaskState& state) {
  if (state.status == Status::finished || state.status == Status::failed) return 1;
  return std::min(1.0, static_cast<double>(state.sequences) / static_cast<double>(state.sequences_to_do));
}

std::string percent(double share) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << std::setw(5) << 100 * share << " %";
  return text.str();
}

}  // namespace

SweepTotals totals(std::span<const SweepTaskState> states) {
  SweepTotals totals;
  totals.all = states.size();
  double done = 0, to_do = 0;
  for (const SweepTaskState& state : states) {
    if (state.status == Status::finished) ++totals.finished;
    if (state.status == Status::failed) ++totals.failed;
    if (state.status == Status::running) ++(state.elsewhere ? totals.elsewhere : totals.running);
    if (state.sequences_to_do == 0) continue;
    const auto sequences = static_cast<double>(state.sequences_to_do);
    done += share_of(state) * sequences;
    to_do += sequences;
  }
  totals.share = to_do > 0 ? done / to_do : 0;
  return totals;
}

std::string totals_line(const SweepTotals& totals, double seconds_left) {
  std::string line = percent(totals.share) + "  " + std::to_string(totals.finished) + " of " +
                     std::to_string(totals.all) + " finished, " + std::to_string(totals.running) + " running";
  if (totals.elsewhere > 0) line += ", " + std::to_string(totals.elsewhere) + " running elsewhere";
  if (totals.failed > 0) line += ", " + std::to_string(totals.failed) + " failed";
  if (seconds_left >= 0) line += "  " + clock_time(seconds_left) + " left";
  return line;
}

std::string task_line(const std::string& name, const SweepTaskState& state) {
  std::string line = name;
  if (state.sequences_to_do > 0) {
    line += "  " + percent(share_of(state)) + "  " + grouped(state.sequences) + " of " +
            grouped(state.sequences_to_do) + " sequences";
  } else {
    line += "  " + grouped(state.sequences) + " sequences";
  }
  if (!std::isnan(state.loss)) line += "  loss " + with_unit(short_number(state.loss), state.unit);
  return line + "  " + clock_time(state.wall_seconds);
}

std::string loss_text(const SweepTaskState& state) {
  return std::isnan(state.loss) ? "" : ", loss " + with_unit(short_number(state.loss), state.unit);
}

SweepProgress::SweepProgress(std::ostream& out, bool terminal, std::size_t columns,
                             std::span<const SweepTask> tasks, Progress::Clock clock)
    : out_(out),
      terminal_(terminal),
      columns_(columns),
      tasks_(tasks),
      clock_(std::move(clock)),
      next_(clock_()),
      next_measurement_(clock_()) {}

SweepProgress::~SweepProgress() { clear(); }

bool SweepProgress::due() const { return clock_() >= next_; }

bool SweepProgress::measurement_due() {
  const auto now = clock_();
  if (now < next_measurement_) return false;
  next_measurement_ = now + kMeasurementInterval;
  return true;
}

double SweepProgress::seconds_left(double share) const {
  const double elapsed = duration<double>(clock_() - begin_).count();
  return share > first_share_ ? (1 - share) * elapsed / (share - first_share_) : -1;
}

void SweepProgress::show(std::span<const SweepTaskState> states) {
  const auto now = clock_();
  next_ = now + (terminal_ ? kTerminalInterval : kPlainInterval);
  const SweepTotals all = totals(states);
  const bool first = !std::exchange(started_, true);
  if (first) {
    first_share_ = all.share;
    begin_ = now;
  }
  const std::string line = totals_line(all, seconds_left(all.share));
  if (!terminal_) {
    if (!first) out_ << line << std::endl;  // a first line has no news
    return;
  }
  clear();
  std::vector<std::string> lines = {line};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const bool running = states[i].status == Status::running && !states[i].elsewhere;
    if (running) lines.push_back("  " + task_line(tasks_[i].name, states[i]));
  }
  // A line that the terminal broke in two could not be removed.
  for (const std::string& one : lines)
    out_ << one.substr(0, columns_ - std::min<std::size_t>(columns_, 1)) << "\n";
  out_ << std::flush;
  drawn_ = lines.size();
}

void SweepProgress::say(const std::string& line) {
  clear();
  out_ << line << std::endl;
}

void SweepProgress::clear() {
  if (drawn_ == 0) return;
  out_ << "\x1b[" << drawn_ << "A\r\x1b[J" << std::flush;
  drawn_ = 0;
}

}  // namespace tapehead
