#include "app/cluster_runner.hpp"

#include "app/control_socket.hpp"
#include "app/node_process.hpp"
#include "app/output.hpp"
#include "app/output_queue.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace ariadne {

namespace {

using steady_clock = std::chrono::steady_clock;

/// A node that is restarted and does not come to hold everything within this time ends the rolling restart.
constexpr std::chrono::seconds catch_up_timeout{60};

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

/// What the runner says, while it never waits for whoever reads it.
struct runner_output {
  static output_queue::loss_notice loss_on(const char* stream) {
    return [=](std::size_t lines) {
      return fmt::format("ariadne: lines on {} that nobody took, and that are lost: {}\n", stream, lines);
    };
  }

  void complain(std::string_view sentence) {
    err.write(fmt::format("ariadne: {}\n", crdt::printable_briefly(sentence)));
  }

  output_queue out{STDOUT_FILENO, loss_on("stdout")};
  output_queue err{STDERR_FILENO, loss_on("stderr")};
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

/// The last line that the requester of a rolling restart gets.
constexpr std::string_view to_verdict(exit_code code) {
  switch (code) {
    case exit_code::done:
      return "done";
    case exit_code::drain_incomplete:
      return "drain incomplete";
    default:
      return "failed";
  }
}

/// The nodes are restarted one after the other.
class rolling_restart {
public:
  rolling_restart(file_descriptor requester, std::list<node_process>& nodes, runner_output& output)
    : requester_(std::move(requester)), nodes_(nodes), output_(output), current_(nodes.begin()) {
    stop_current();
  }

  /// Goes on if what it waits for has come about. Answers whether it is over.
  bool proceed() {
    if (is_over_ || !(phase_ == phase::stopping ? current_->has_ended() : is_back()))
      return is_over_;
    if (phase_ == phase::stopping) {
      tell(fmt::format("node {} starts", current_->name()));
      current_->start();
      phase_ = phase::starting;
      deadline_ = steady_clock::now() + catch_up_timeout;
    } else {
      tell(fmt::format("node {} is back, and has caught up", current_->name()));
      if (++current_ == nodes_.end())
        end();
      else
        stop_current();
    }
    return is_over_;
  }

  /// A node has ended.
  void ended(const node_process& node, int status) {
    const auto code = to_exit_code(status);
    if (phase_ == phase::stopping && &node == &*current_ && code != exit_code::failed) {
      if (code == exit_code::drain_incomplete)
        result_ = code;
      tell(fmt::format("node {} {}", node.name(), describe_end(status)));
    } else {
      break_off(fmt::format("node {} {}", node.name(), describe_end(status)));
    }
  }

  void break_off(const std::string& reason) {
    if (is_over_)
      return;
    tell(reason);
    result_ = exit_code::failed;
    end();
  }

private:
  enum class phase { stopping, starting };

  bool is_back() {
    if (current_->has_caught_up())
      return true;
    if (steady_clock::now() >= deadline_)
      break_off(fmt::format("node {} has not caught up with the others within {} s; the restart ends here",
                            current_->name(), catch_up_timeout.count()));
    return false;
  }

  void stop_current() {
    tell(fmt::format("node {} stops", current_->name()));
    current_->stop();
    phase_ = phase::stopping;
  }

  void end() {
    tell(to_verdict(result_));
    requester_.reset();
    is_over_ = true;
  }

  /// Whoever asked may have gone; the restart goes on all the same.
  void tell(std::string_view line) {
    const auto text = fmt::format("{}\n", line);
    if (::send(requester_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
      output_.complain(fmt::format("rolling restart: {}", line));
  }

  file_descriptor requester_;
  std::list<node_process>& nodes_;
  runner_output& output_;
  std::list<node_process>::iterator current_;
  phase phase_ = phase::stopping;
  steady_clock::time_point deadline_;
  exit_code result_ = exit_code::done;
  bool is_over_ = false;
};

class cluster_runner {
public:
  cluster_runner(const cluster_config& cluster, const std::string& cluster_file, file_descriptor control)
    : control_(std::move(control)) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    for (const auto& node : cluster.nodes)
      nodes_.emplace_back(program, cluster_file, node.name, output_.out);
  }

  cluster_runner(const cluster_runner&) = delete;
  cluster_runner& operator=(const cluster_runner&) = delete;

  exit_code run() {
    while (restart_ || is_any([](const node_process& node) { return !node.has_ended(); })) {
      wait();
      for (auto& node : nodes_)
        if (node.output_fd() != -1)
          node.forward_output();
      for (auto i = signals_.take_stop_requests(); i > 0; --i)
        stop_requested();
      for (auto& node : nodes_)
        if (auto status = node.take_end())
          ended(node, *status);
      if (auto requester = accept_control(control_))
        restart_requested(std::move(*requester));
      if (restart_ && restart_->proceed())
        restart_.reset();
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
    std::vector<pollfd> waiting{{signals_.fd(), POLLIN, 0}, {control_.get(), POLLIN, 0}};
    for (const auto& node : nodes_)
      waiting.push_back({node.output_fd(), POLLIN, 0});
    constexpr int deadlines_checked_every_ms = 1000;
    if (::poll(waiting.data(), waiting.size(), restart_ ? deadlines_checked_every_ms : -1) == -1 && errno != EINTR)
      check(-1, "poll");
  }

  void stop_requested() {
    if (restart_)
      restart_->break_off("the cluster is stopped");
    restart_.reset();
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

  void restart_requested(file_descriptor requester) {
    auto refusal = restart_ ? "a rolling restart is going on already" : is_stopping_ ? "the cluster is stopping" : "";
    if (is_any([](const node_process& node) { return !node.is_running(); }))
      refusal = "not all nodes are running";
    if (*refusal == '\0') {
      restart_.emplace(std::move(requester), nodes_, output_);
      return;
    }
    const auto answer = fmt::format("{}\n{}\n", refusal, to_verdict(exit_code::failed));
    ::send(requester.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void ended(const node_process& node, int status) {
    output_.complain(fmt::format("node {} {}", node.name(), describe_end(status)));
    if (restart_)
      return restart_->ended(node, status);
    const auto code = to_exit_code(status);
    if (result_ != exit_code::failed && code != exit_code::done)
      result_ = code;
    if (is_stopping_)
      stop_next();
  }

  runner_signals signals_;
  file_descriptor control_;
  runner_output output_;
  std::list<node_process> nodes_;
  std::optional<rolling_restart> restart_;
  bool is_stopping_ = false;
  exit_code result_ = exit_code::done;
};

} // namespace

exit_code run_cluster(const cluster_config& cluster, const std::string& cluster_file) {
  auto control = listen_for_control(cluster_file);
  if (!control) {
    complain(fmt::format("another process runs the nodes of {} already", crdt::printable_briefly(cluster_file)));
    return exit_code::failed;
  }
  return cluster_runner{cluster, cluster_file, std::move(*control)}.run();
}

exit_code restart_cluster(const std::string& cluster_file) {
  const auto runner = connect_control(cluster_file);
  if (!runner) {
    complain(fmt::format("nobody runs the nodes of {0}; start them with \"ariadne cluster {0}\"",
                         crdt::printable_briefly(cluster_file)));
    return exit_code::failed;
  }
  std::string text;
  std::array<char, 4096> chunk;
  ssize_t count = 0;
  while ((count = ::read(runner->get(), chunk.data(), chunk.size())) > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(count));
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const auto line = text.substr(0, end);
      text.erase(0, end + 1);
      for (const auto verdict : {exit_code::done, exit_code::drain_incomplete, exit_code::failed})
        if (line == to_verdict(verdict))
          return verdict;
      // The exit code says how it ends, whether or not anybody can follow.
      static_cast<void>(write_out(crdt::printable(line) + '\n'));
    }
  }
  complain("the process that runs the nodes has ended before they were restarted");
  return exit_code::failed;
}

} // namespace ariadne
