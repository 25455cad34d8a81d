#include "experiments/sweep.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <list>
#include <set>
#include <utility>

#include "experiments/processes.hpp"
#include "experiments/progress.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/signals.hpp"
#include "experiments/sweep_attempt.hpp"
#include "experiments/sweep_claim.hpp"
#include "experiments/sweep_progress.hpp"
#include "experiments/sweep_task.hpp"

namespace tapehead {
namespace {

using Clock = std::chrono::steady_clock;
using Status = SweepTaskState::Status;
using namespace std::chrono_literals;

constexpr int kPause = 20;           // ms between looks at the processes
constexpr auto kLookElsewhere = 1s;  // between looks at runs that others train
constexpr auto kPatienceElsewhere =
    5s;  // for them, when nothing else is left: a killed sweep's are saving themselves

std::vector<PlannedTask> planned(std::span<const SweepTask> tasks) {
  std::vector<PlannedTask> all;
  std::set<std::string> names;
  std::set<std::filesystem::path> directories;
  for (const SweepTask& task : tasks) {
    all.emplace_back(task);
    if (!names.insert(task.name).second || !directories.insert(task.directory.lexically_normal()).second)
      throw UsageError("two runs of a sweep are called " + task.name);
  }
  return all;
}

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsual;
}

bool over(const SweepTaskState& state) {
  return state.status == Status::finished || state.status == Status::failed;
}

class Sweep {
 public:
  Sweep(std::span<const SweepTask> tasks, const SweepOptions& options)
      : tasks_(tasks),
        options_(options),
        planned_(planned(tasks)),
        progress_(std::cerr, isatty(STDERR_FILENO) != 0, terminal_columns(), tasks) {
    for (const PlannedTask& task : planned_) states_.push_back(task.untouched());
  }

  SweepOutcome run() {
    for (std::size_t i = 0; i < tasks_.size() && !stopping(); ++i) {
      const Standing found = look_at(planned_[i]);
      note(i, found);
      if (found.to_do) queue_.push_back(i);
    }
    while (true) {
      reap();
      if (stopping()) tell_to_stop();
      if (!stopping()) fill();
      if (running_.empty() && (stopping() || (queue_.empty() && !worth_waiting()))) break;
      show();
      ::poll(nullptr, 0, kPause);  // a signal ends it
    }
    return outcome();
  }

 private:
  struct Running {
    std::size_t task;
    TaskClaim claim;
    ChildProcess process;
  };

  bool stopping() const {
    return stop_signal() != 0 || (options_.deadline && Clock::now() >= *options_.deadline);
  }

  void tell_to_stop() {
    if (std::exchange(told_, true)) return;
    for (const Running& one : running_) one.process.send(stop_signal() != 0 ? stop_signal() : SIGTERM);
    if (!options_.progress || running_.empty()) return;
    const std::string why = stop_signal() != 0 ? signal_name(stop_signal()) : "out of time";
    progress_.say(why + ": waiting until the running ones have saved themselves");
  }

  // A task's state is now what was found; tells who asked of the end of one.
  void note(std::size_t task, const Standing& found) {
    states_[task] = found.state;
    if (found.state.elsewhere) elsewhere_.insert(task);
    if (!over(found.state) || found.to_do) return;
    if (options_.ended) options_.ended(task, found.state);
  }

  void reap() {
    for (auto one = running_.begin(); one != running_.end();) {
      const std::optional<int> code = one->process.ended();
      const auto next = std::next(one);
      if (code) {
        std::list<Running> over;
        over.splice(over.begin(), running_, one);  // its claim is kept until it is looked at
        over.front().claim.attempt_ended(*code);
        ended(over.front().task, *code);
      }
      one = next;
    }
  }

  void ended(std::size_t task, int code) {
    Standing found = look_at(planned_[task]);
    SweepTaskState& state = found.state;
    found.to_do = false;  // by this sweep
    if (state.status == Status::waiting && !stopping()) {
      state.status = Status::failed;
      state.reason = "it was not finished when it ended" + (code == 0 ? "" : with_meaning(code));
      state.code = code == 0 ? ExitCode::unavailable : static_cast<ExitCode>(code);
    }
    note(task, found);
    if (!options_.progress) return;
    const std::string& name = tasks_[task].name;
    if (state.status == Status::finished) {
      progress_.say(name + ": finished" + loss_text(state) + " after " + clock_time(state.wall_seconds));
    }
    if (state.status == Status::failed) {
      progress_.say(name + ": failed: " + state.reason + "\n  see " + shown(log_path(tasks_[task])));
    }
  }

  // Gives each free process something to do.
  void fill() {
    if (!elsewhere_.empty() && Clock::now() >= next_look_) look_elsewhere();
    while (running_.size() < options_.processes && !queue_.empty()) {
      const std::size_t task = queue_.front();
      queue_.erase(queue_.begin());
      start(task);
      if (stopping()) return;
    }
  }

  void start(std::size_t task) {
    try {
      std::optional<TaskClaim> claim = TaskClaim::take(tasks_[task]);
      if (!claim) return leave_to_others(task);
      const Standing found = look_at(planned_[task]);  // only now nobody else changes it
      if (!found.to_do) return note(task, found);
      const std::vector<std::string> arguments =
          training_arguments(tasks_[task], prepare(planned_[task]), options_.threads);
      claim->attempt_begins(arguments);
      ChildProcess process(arguments, claim->descriptor());
      states_[task] = found.state;
      states_[task].status = Status::running;
      states_[task].reason.clear();
      running_.push_back({task, std::move(*claim), std::move(process)});
    } catch (const IoError& error) {
      Standing failure{states_[task], false};
      failure.state.status = Status::failed;
      failure.state.reason = without_path(error.what(), tasks_[task].directory) + with_meaning(74);
      failure.state.code = error.code();
      note(task, failure);
    }
  }

  void leave_to_others(std::size_t task) {
    SweepTaskState& state = states_[task];
    state.status = Status::running;
    state.elsewhere = true;
    state.reason.clear();
    measure(tasks_[task].directory, state);
    elsewhere_.insert(task);
  }

  void look_elsewhere() {
    next_look_ = Clock::now() + kLookElsewhere;
    for (const std::size_t task : std::exchange(elsewhere_, {})) {
      states_[task].elsewhere = false;
      states_[task].status = Status::waiting;
      queue_.push_back(task);
    }
  }

  // Whether runs that others train may yet become free.
  bool worth_waiting() {
    if (elsewhere_.empty()) return false;
    if (!idle_since_) idle_since_ = Clock::now();
    return Clock::now() < *idle_since_ + kPatienceElsewhere;
  }

  void show() {
    if (!running_.empty()) idle_since_.reset();
    if (!options_.progress || !progress_.due()) return;
    if (progress_.measurement_due()) {
      for (const Running& one : running_) measure(tasks_[one.task].directory, states_[one.task]);
    }
    progress_.show(states_);
  }

  SweepOutcome outcome() {
    SweepOutcome result{.tasks = states_, .signal = stop_signal()};
    const bool all = std::ranges::all_of(states_, over);
    result.out_of_time = result.signal == 0 && !all && stopping();
    std::vector<ExitCode> failures;
    for (const SweepTaskState& state : states_) {
      if (state.status == Status::failed) failures.push_back(state.code);
    }
    const auto diverged = std::ranges::find(failures, ExitCode::diverged);
    if (result.signal != 0) {
      result.code = exit_code_of(result.signal);
    } else if (!failures.empty()) {
      result.code = diverged != failures.end() ? *diverged : failures.front();
    } else if (!elsewhere_.empty() && !result.out_of_time) {
      result.code = ExitCode::unavailable;
    }
    return result;
  }

  std::span<const SweepTask> tasks_;
  const SweepOptions& options_;
  std::vector<PlannedTask> planned_;
  std::vector<SweepTaskState> states_;
  std::vector<std::size_t> queue_;   // tasks to start, in order
  std::set<std::size_t> elsewhere_;  // tasks that other processes train
  std::list<Running> running_;
  bool told_ = false;
  Clock::time_point next_look_ = Clock::now() + kLookElsewhere;
  std::optional<Clock::time_point> idle_since_;
  SweepProgress progress_;
};

}  // namespace

SweepOutcome run_sweep(std::span<const SweepTask> tasks, const SweepOptions& options) {
  const StopSignals stop_signals;
  return Sweep(tasks, options).run();
}

std::vector<SweepTaskState> look_at(std::span<const SweepTask> tasks) {
  std::vector<SweepTaskState> states;
  for (const PlannedTask& task : planned(tasks)) {
    SweepTaskState state = look_at(task).state;
    if (state.status != Status::finished && TaskClaim::held(task.task())) {
      state.status = Status::running;
      state.elsewhere = true;
      state.reason.clear();
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace tapehead
