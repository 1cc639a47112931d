#include "app/cluster_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ariadne {

namespace {

/// Throws for a system call that answered -1.
int check(int result, const char* call) {
  if (result == -1)
    throw std::system_error{errno, std::generic_category(), call};
  return result;
}

class file_descriptor {
public:
  explicit file_descriptor(int fd) : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_descriptor() {
    reset();
  }

  int get() const {
    return fd_;
  }

  void reset() {
    if (fd_ != -1)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_;
};

/// The signals that the runner reads from a file descriptor. The nodes inherit that they are blocked: one that is told
/// to stop before it has come up stops as soon as it waits for the signal.
class runner_signals {
public:
  runner_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const auto signal : {SIGTERM, SIGINT, SIGCHLD})
      sigaddset(&signals, signal);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    fd_ = file_descriptor{check(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd")};
  }

  int fd() const {
    return fd_.get();
  }

  /// Answers how many of those that have arrived ask for an end.
  int take_stop_requests() {
    int stop_requests = 0;
    signalfd_siginfo info;
    while (::read(fd_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info)))
      stop_requests += info.ssi_signo != SIGCHLD;
    return stop_requests;
  }

private:
  file_descriptor fd_{-1};
};

/// Nobody may be reading any more; the nodes go on all the same.
void write(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

/// One node, as a child process.
class node_process {
public:
  node_process(const std::string& program, const std::string& cluster_file, std::string name) : name_(std::move(name)) {
    std::array<int, 2> ends;
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe");
    output_ = file_descriptor{ends[0]};
    const file_descriptor input{ends[1]};
    check(::fcntl(output_.get(), F_SETFL, O_NONBLOCK), "fcntl");
    const auto parent = ::getpid();
    pid_ = check(::fork(), "fork");
    if (pid_ == 0)
      become_node(program, cluster_file, parent, input.get());
  }

  const std::string& name() const {
    return name_;
  }

  /// Readable when there is output; -1 after its end.
  int output_fd() const {
    return output_.get();
  }

  bool is_running() const {
    return pid_ != -1;
  }

  /// Asks the node to stop, once: a second request would make it break off.
  void stop() {
    if (is_running() && !std::exchange(is_stopping_, true))
      ::kill(pid_, SIGTERM);
  }

  void kill() {
    if (is_running())
      ::kill(pid_, SIGKILL);
  }

  /// Passes on what the node has written, line by line.
  void forward_output() {
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

  /// Answers the wait status if the node has ended since the last call.
  std::optional<int> take_end() {
    int status = 0;
    if (!is_running() || ::waitpid(pid_, &status, WNOHANG) != pid_)
      return std::nullopt;
    pid_ = -1;
    return status;
  }

private:
  /// In the child: runs the program anew, as a node.
  [[noreturn]] void become_node(const std::string& program, const std::string& cluster_file, pid_t parent,
                                int output) const {
    // Ctrl-C in a terminal goes to the whole process group: it is for the runner to say in which order nodes stop.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
      std::_Exit(EXIT_FAILURE);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execl(program.c_str(), program.c_str(), "node", "--cluster", cluster_file.c_str(), "--name", name_.c_str(),
            nullptr);
    std::fprintf(stderr, "cannot run %s: %s\n", program.c_str(), std::strerror(errno));
    std::_Exit(EXIT_FAILURE);
  }

  void print_lines() {
    std::size_t end = 0;
    while ((end = pending_line_.find('\n')) != std::string::npos) {
      write(stdout, fmt::format("{} | {}\n", name_, std::string_view{pending_line_}.substr(0, end)));
      pending_line_.erase(0, end + 1);
    }
  }

  std::string name_;
  pid_t pid_ = -1;
  bool is_stopping_ = false;
  file_descriptor output_{-1};
  std::string pending_line_;
};

std::string describe_end(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  return fmt::format("has ended with exit code {}", WEXITSTATUS(status));
}

exit_code to_exit_code(int status) {
  if (!WIFEXITED(status))
    return exit_code::failed;
  if (WEXITSTATUS(status) == static_cast<int>(exit_code::drain_incomplete))
    return exit_code::drain_incomplete;
  return WEXITSTATUS(status) == 0 ? exit_code::done : exit_code::failed;
}

class cluster_runner {
public:
  cluster_runner(const cluster_config& cluster, const std::string& cluster_file) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    for (const auto& node : cluster.nodes)
      nodes_.emplace_back(program, cluster_file, node.name);
  }

  cluster_runner(const cluster_runner&) = delete;
  cluster_runner& operator=(const cluster_runner&) = delete;

  exit_code run() {
    while (is_any([](const node_process& node) { return node.is_running() || node.output_fd() != -1; })) {
      wait();
      for (auto& node : nodes_)
        if (node.output_fd() != -1)
          node.forward_output();
      for (auto i = signals_.take_stop_requests(); i > 0; --i)
        stop_requested();
      for (auto& node : nodes_)
        if (auto status = node.take_end())
          ended(node, *status);
    }
    return result_;
  }

private:
  template <class Predicate>
  bool is_any(Predicate predicate) const {
    return std::any_of(nodes_.begin(), nodes_.end(), predicate);
  }

  void wait() const {
    // poll passes over descriptors of -1.
    std::vector<pollfd> waiting{{signals_.fd(), POLLIN, 0}};
    for (const auto& node : nodes_)
      waiting.push_back({node.output_fd(), POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), -1) == -1 && errno != EINTR)
      check(-1, "poll");
  }

  void stop_requested() {
    if (!is_stopping_) {
      is_stopping_ = true;
      stop_next();
    } else {
      for (auto& node : nodes_)
        node.kill();
    }
  }

  /// The first node that still runs stops; its end makes the next one stop.
  void stop_next() {
    const auto next = std::find_if(nodes_.begin(), nodes_.end(), [](const auto& node) { return node.is_running(); });
    if (next != nodes_.end())
      next->stop();
  }

  void ended(const node_process& node, int status) {
    write(stderr, fmt::format("ariadne: node {} {}\n", node.name(), describe_end(status)));
    const auto code = to_exit_code(status);
    if (result_ != exit_code::failed && code != exit_code::done)
      result_ = code;
    if (is_stopping_)
      stop_next();
  }

  runner_signals signals_;
  std::vector<node_process> nodes_;
  bool is_stopping_ = false;
  exit_code result_ = exit_code::done;
};

} // namespace

exit_code run_cluster(const cluster_config& cluster, const std::string& cluster_file) {
  std::signal(SIGPIPE, SIG_IGN);
  return cluster_runner{cluster, cluster_file}.run();
}

} // namespace ariadne
