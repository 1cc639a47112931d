#include "test/support/child_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace ariadne::test {

namespace {

constexpr int cannot_execute = 127;

/// For a program that runs to its end by itself, such as a rolling restart of all nodes.
constexpr std::chrono::minutes patience_for_the_end{2};

/// Runs in the child between fork and exec, where other threads may have left any lock locked: system calls only.
[[noreturn]] void become(char* const* arguments, const char* in, const char* out, const char* err, pid_t parent,
                         int network_namespace) {
  constexpr int write_flags = O_WRONLY | O_CREAT | O_APPEND;
  constexpr mode_t mode = 0600;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent
      && (network_namespace < 0 || setns(network_namespace, CLONE_NEWNET) == 0)
      && dup2(open(in, O_RDONLY), STDIN_FILENO) >= 0 && dup2(open(out, write_flags, mode), STDOUT_FILENO) >= 0
      && dup2(open(err, write_flags, mode), STDERR_FILENO) >= 0 && close_range(STDERR_FILENO + 1, ~0u, 0) == 0)
    execv(arguments[0], arguments);
  _exit(cannot_execute);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

child_process::child_process(const std::vector<std::string>& command, const streams& files, int network_namespace) {
  std::vector<char*> arguments;
  for (const auto& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const auto parent = getpid();
  pid_ = fork();
  if (pid_ < 0)
    throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0)
    become(arguments.data(), files.in.c_str(), files.out.c_str(), files.err.c_str(), parent, network_namespace);
}

child_process::~child_process() {
  signal(SIGKILL);
  wait();
}

bool child_process::running() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_)
    exit_code_ = exit_code_of(status);
  return !exit_code_;
}

void child_process::signal(int number) {
  if (running())
    ::kill(pid_, number);
}

std::optional<int> child_process::wait(std::chrono::steady_clock::duration timeout) {
  eventually(timeout, [this] { return !running(); });
  return exit_code_;
}

run_result run_to_end(const std::vector<std::string>& command, std::string_view input, int network_namespace) {
  const temporary_directory directory;
  const child_process::streams files{directory.path() / "in", directory.path() / "out", directory.path() / "err"};
  write_file(files.in, input);
  child_process process{command, files, network_namespace};
  const auto exit_code = process.wait(patience_for_the_end);
  if (!exit_code)
    throw std::runtime_error("does not end: " + command.front());
  return {*exit_code, read_file(files.out), read_file(files.err)};
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return (std::ostringstream{} << in.rdbuf()).str();
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  if (!(std::ofstream{file, std::ios::binary} << text))
    throw std::runtime_error("cannot write " + file.string());
}

temporary_directory::temporary_directory() {
  auto name = (std::filesystem::temp_directory_path() / "ariadne-test-XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace ariadne::test
