#include "app/process/child_program.hpp"

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

void child_program::start(const std::vector<std::string>& command) {
  std::array<int, 2> ends;
  check(::pipe2(ends.data(), O_CLOEXEC), "pipe");
  file_descriptor output{ends[0]};
  const file_descriptor input{ends[1]};
  check(::fcntl(output.get(), F_SETFL, O_NONBLOCK), "fcntl");
  // Before the fork, since other threads may hold the locks of the allocator then.
  std::vector<char*> arguments;
  for (const auto& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const auto parent = ::getpid();
  const auto pid = check(::fork(), "fork");
  if (pid == 0)
    become(arguments.data(), parent, input.get());
  pid_ = pid;
  output_ = std::move(output);
  pending_.clear();
}

void child_program::signal(int number) const {
  if (is_running())
    ::kill(pid_, number);
}

std::vector<std::string> child_program::take_lines() {
  constexpr int chunks_max = 8;
  for (int i = 0; i < chunks_max && read_chunk(); ++i)
    continue;
  std::vector<std::string> lines;
  const auto take = [&](std::size_t size, std::size_t skipped) {
    lines.push_back(pending_.substr(0, size));
    pending_.erase(0, size + skipped);
  };
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n'))
    take(end, 1);
  while (pending_.size() >= line_bytes_max)
    take(line_bytes_max, 0);
  if (output_fd() == -1 && !pending_.empty())
    take(pending_.size(), 0);
  return lines;
}

std::optional<int> child_program::take_end() {
  int status = 0;
  if (!is_running() || ::waitpid(pid_, &status, WNOHANG) != pid_)
    return std::nullopt;
  pid_ = -1;
  // All that it has written is in the pipe. That somebody else may hold the other end is no reason to wait.
  while (read_chunk())
    continue;
  output_.reset();
  return status;
}

void child_program::become(char* const* arguments, pid_t parent, int output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent)
    ::_exit(EXIT_FAILURE);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  for (const auto* part : {"cannot run ", static_cast<const char*>(arguments[0]), ": ", ::strerrordesc_np(errno), "\n"})
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, part, std::strlen(part));
  ::_exit(EXIT_FAILURE);
}

bool child_program::read_chunk() {
  std::array<char, 16u << 10> chunk;
  const auto count = output_fd() == -1 ? -1 : ::read(output_fd(), chunk.data(), chunk.size());
  if (count > 0)
    pending_.append(chunk.data(), static_cast<std::size_t>(count));
  if (count == 0)
    output_.reset();
  return count > 0;
}

} // namespace ariadne
