#include "app/node_process.hpp"

#include "app/write_all.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ariadne {

node_process::node_process(std::string program, std::string cluster_file, std::string name, output_queue& out)
  : program_(std::move(program)), cluster_file_(std::move(cluster_file)), name_(std::move(name)), out_(out) {
  start();
}

void node_process::start() {
  std::array<int, 2> ends;
  check(::pipe2(ends.data(), O_CLOEXEC), "pipe");
  output_ = file_descriptor{ends[0]};
  const file_descriptor input{ends[1]};
  check(::fcntl(output_.get(), F_SETFL, O_NONBLOCK), "fcntl");
  is_stopping_ = false;
  has_caught_up_ = false;
  const auto parent = ::getpid();
  pid_ = check(::fork(), "fork");
  if (pid_ == 0)
    become_node(parent, input.get());
}

void node_process::stop() {
  if (is_running() && !std::exchange(is_stopping_, true))
    ::kill(pid_, SIGTERM);
}

void node_process::kill() {
  if (is_running())
    ::kill(pid_, SIGKILL);
}

void node_process::forward_output() {
  std::array<char, 16u << 10> chunk;
  ssize_t count = 0;
  while ((count = ::read(output_.get(), chunk.data(), chunk.size())) > 0) {
    pending_line_.append(chunk.data(), static_cast<std::size_t>(count));
    print_lines();
  }
  if (count == 0) {
    if (!pending_line_.empty())
      pending_line_ += '\n';
    print_lines();
    output_.reset();
  }
}

std::optional<int> node_process::take_end() {
  int status = 0;
  if (!is_running() || ::waitpid(pid_, &status, WNOHANG) != pid_)
    return std::nullopt;
  pid_ = -1;
  return status;
}

void node_process::become_node(pid_t parent, int output) const {
  // Ctrl-C in a terminal goes to the whole process group: it is for the runner to say in which order nodes stop.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    std::_Exit(EXIT_FAILURE);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execl(program_.c_str(), program_.c_str(), "node", "--cluster", cluster_file_.c_str(), "--name", name_.c_str(),
          nullptr);
  // Between fork and exec of a process with threads: system calls only.
  write_all(STDERR_FILENO, ::strerrordesc_np(errno));
  write_all(STDERR_FILENO, ": the program of the node cannot be run\n");
  std::_Exit(EXIT_FAILURE);
}

void node_process::print_lines() {
  std::size_t end = 0;
  while ((end = pending_line_.find('\n')) != std::string::npos) {
    const auto line = std::string_view{pending_line_}.substr(0, end);
    note(line);
    out_.write(fmt::format("{} | {}\n", name_, crdt::printable(line)));
    pending_line_.erase(0, end + 1);
  }
}

void node_process::note(std::string_view line) {
  // See app/node.hpp.
  if (line.starts_with(fmt::format("ariadne: node {} ", name_)) && line.ends_with(" caught up"))
    has_caught_up_ = true;
}

} // namespace ariadne
