#include "experiments/progress.hpp"

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

constexpr milliseconds kTerminalInterval{200};
constexpr milliseconds kPlainInterval{5000};
constexpr double kLongestTime = 1000.0 * 3600;  // an estimate beyond this says nothing

std::string digits(double number, int count) {
  std::ostringstream text;
  text << std::setprecision(count) << number;
  return text.str();
}

std::string three_digits(double number) { return digits(number, 3); }

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

std::string short_number(double number) { return digits(number, 4); }

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::lround(std::clamp(seconds, 0.0, kLongestTime)));
  const auto two = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::uint64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + ":" + two(minutes) : std::to_string(minutes)) + ":" +
         two(whole % 60);
}

std::string progress_line(const ProgressState& state, const std::string& unit, double rate,
                          double seconds_left) {
  std::ostringstream line;
  const double share =
      static_cast<double>(state.step) / static_cast<double>(std::max<std::uint64_t>(1, state.last_step));
  line << std::fixed << std::setprecision(1) << std::setw(5) << 100 * share << " %  step "
       << grouped(state.step) << " of " << grouped(state.last_step);
  if (!std::isnan(state.loss)) line << "  loss " << with_unit(three_digits(state.loss), unit);
  if (rate >= 0) {
    line << "  " << (rate < 10 ? three_digits(rate) : grouped(static_cast<std::uint64_t>(rate)))
         << " sequences/s";
  }
  if (seconds_left >= 0) line << "  " << clock_time(seconds_left) << " left";
  return line.str();
}

Progress::Progress(std::ostream& out, bool terminal, std::string unit, Clock clock)
    : out_(out), terminal_(terminal), unit_(std::move(unit)), clock_(std::move(clock)), next_(clock_()) {}

Progress::~Progress() { clear(); }

bool Progress::due() { return clock_() >= next_; }

void Progress::show(const ProgressState& state) {
  const auto now = clock_();
  if (!started_) {
    started_ = true;
    first_ = state;
    begin_ = now;
  }
  next_ = now + (terminal_ ? kTerminalInterval : kPlainInterval);
  const double elapsed = duration<double>(now - begin_).count();
  const auto done = static_cast<double>(state.step - first_.step);
  double rate = -1, left = -1;
  if (elapsed > 0 && done > 0) {
    rate = static_cast<double>(state.sequences - first_.sequences) / elapsed;
    left = static_cast<double>(state.last_step - std::min(state.step, state.last_step)) * elapsed / done;
  }
  const std::string line = progress_line(state, unit_, rate, left);
  if (terminal_) {
    out_ << "\r" << line << "\x1b[K" << std::flush;
    drawn_ = true;
  } else if (rate >= 0) {  // a first line without news is left out
    out_ << line << std::endl;
  }
}

void Progress::say(const std::string& line) {
  clear();
  out_ << line << std::endl;
}

void Progress::clear() {
  if (!drawn_) return;
  out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace tapehead
