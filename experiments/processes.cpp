#include "experiments/processes.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <system_error>
#include <utility>

#include "experiments/run_directory.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  return arguments;
}

[[noreturn]] void cannot_run(const std::vector<std::string>& command, int error) {
  throw UnavailableError(command.front() + ": it cannot be run: " + std::strerror(error));
}

int exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return exit_code(status);
}

constexpr int kCannotRun = 127;  // as shells have it

// A signal that came between fork and exec would run our handler in the child, and be forgotten: there it is to wait
// until it does what it does to a program that has just begun.
void forget_handlers(const sigset_t& mask) {
  for (const int signal : {SIGHUP, SIGINT, SIGUSR1, SIGTERM}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) std::signal(signal, SIG_DFL);
  }
  sigprocmask(SIG_SETMASK, &mask, nullptr);
}

// Between fork and exec: only what is async-signal-safe.
[[noreturn]] void become_child(pid_t parent, char* const* arguments, int output, const sigset_t& mask) {
  forget_handlers(mask);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(128 + SIGTERM);  // it ended before it was asked for
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv("/proc/self/exe", arguments);
  _exit(kCannotRun);
}

pid_t spawn(const std::vector<std::string>& command, posix_spawn_file_actions_t* actions) {
  pid_t child = 0;
  const int error =
      posix_spawn(&child, command.front().c_str(), actions, nullptr, pointers(command).data(), environ);
  if (error != 0) cannot_run(command, error);
  return child;
}

}  // namespace

std::filesystem::path plot_script() { return source_directory() / "results" / "plot" / "plot.py"; }

std::filesystem::path program_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

void become(const std::vector<std::string>& command) {
  std::cout.flush();
  execv(command.front().c_str(), pointers(command).data());
  cannot_run(command, errno);
}

int run_and_wait(const std::vector<std::string>& command) {
  std::cout.flush();
  return wait_for(spawn(command, nullptr));
}

std::string output_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return "";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string text;
  int code = -1;
  try {
    const pid_t child = spawn(command, &actions);
    close(std::exchange(ends[1], -1));
    std::array<char, 4096> part;
    for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) != 0;) {
      if (n > 0) text.append(part.data(), static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR) break;
    }
    code = wait_for(child);
  } catch (const UnavailableError&) {
    text.clear();
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (ends[1] >= 0) close(ends[1]);
  return code == 0 ? text : "";
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, int output) {
  std::vector<std::string> command = {program_path().string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const std::vector<char*> argv = pointers(command);
  std::cout.flush();
  const pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  id_ = fork();
  if (id_ == 0) become_child(parent, argv.data(), output, before);
  const int error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (id_ < 0) cannot_run(command, error);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

ChildProcess::~ChildProcess() {
  if (id_ == 0) return;
  send(SIGTERM);
  wait_for(id_);
}

std::optional<int> ChildProcess::ended() {
  int status = 0;
  if (id_ == 0 || waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  id_ = 0;
  return exit_code(status);
}

void ChildProcess::send(int signal) const {
  if (id_ != 0) kill(id_, signal);
}

}  // namespace tapehead
