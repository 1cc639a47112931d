#include "app/cluster/cluster_runner.hpp"

#include "actors/endpoint.hpp"
#include "app/cluster/cluster_keeper.hpp"
#include "app/cluster/control_socket.hpp"
#include "app/cluster/file_check.hpp"
#include "app/cluster/node_process.hpp"
#include "app/cluster/restart_answers.hpp"
#include "app/output/output.hpp"
#include "app/output/output_queue.hpp"
#include "app/process/process_signals.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <list>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ariadne {

namespace {

using steady_clock = std::chrono::steady_clock;

/// What the runner says, while it never waits for whoever reads it.
struct runner_output {
  static output_queue::loss_notice loss_on(const char* stream) {
    return [=](std::size_t lines) {
      return fmt::format("ariadne: lines on {} that nobody took, and that are lost: {}\n", stream, lines);
    };
  }

  void complain(std::string_view text) {
    err.write(fmt::format("ariadne: {}\n", crdt::printable_lines(text)));
  }

  output_queue out{STDOUT_FILENO, loss_on("stdout")};
  output_queue err{STDERR_FILENO, loss_on("stderr")};
};

node_end to_end(int status, std::string last_lines) {
  if (WIFSIGNALED(status))
    return {exit_code::failed,
            fmt::format("was killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status))),
            std::move(last_lines)};
  const auto code = static_cast<exit_code>(WEXITSTATUS(status));
  const auto is_known = code == exit_code::done || code == exit_code::usage || code == exit_code::drain_incomplete
                        || is_about_storage(code);
  return {is_known ? code : exit_code::failed, fmt::format("has ended with exit code {}", WEXITSTATUS(status)),
          std::move(last_lines)};
}

/// Whoever has asked for a rolling restart. It may go; the restart goes on all the same.
class restart_requester {
public:
  restart_requester(file_descriptor connection, runner_output& output)
    : connection_(std::move(connection)), output_(&output) {}

  void tell(std::string_view text) const {
    if (!send(text))
      output_->complain(fmt::format("rolling restart: {}", text));
  }

  void end(exit_code code) const {
    if (!send(to_verdict(code)))
      output_->complain(fmt::format("rolling restart: {}", to_verdict(code)));
  }

  void refuse(std::string_view reason) const {
    send(reason);
    send(to_verdict(exit_code::failed));
  }

private:
  bool send(std::string_view text) const {
    const auto line = fmt::format("{}\n", text);
    return ::send(connection_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != -1;
  }

  file_descriptor connection_;
  runner_output* output_;
};

std::vector<node_place> places_of(const cluster_config& cluster) {
  std::vector<node_place> result;
  for (const auto& node : cluster.nodes)
    result.push_back({node.name, to_string(endpoint{node.host, node.port})});
  return result;
}

/// Has processes, a clock and a terminal, and does what the keeper decides.
class cluster_runner {
public:
  cluster_runner(const cluster_config& cluster, std::string cluster_file, file_descriptor control)
    : program_(std::filesystem::read_symlink("/proc/self/exe").string()), cluster_file_(std::move(cluster_file)),
      control_(std::move(control)), stop_requests_(has_terminal()), keeper_(cluster.name, places_of(cluster)) {}

  cluster_runner(const cluster_runner&) = delete;
  cluster_runner& operator=(const cluster_runner&) = delete;

  exit_code run() {
    keeper_.begin(steady_clock::now());
    obey();
    while (!keeper_.is_over() || check_) {
      wait();
      see_signals();
      see_nodes();
      if (auto requester = accept_control(control_))
        requested(restart_requester{std::move(*requester), output_});
      see_check();
      keeper_.tick(steady_clock::now());
      obey();
    }
    return keeper_.result();
  }

private:
  // -- what happens --------------------------------------------------------------------------------------------------

  void wait() const {
    // poll passes over descriptors of -1.
    std::vector<pollfd> waiting{{signals_.fd(), POLLIN, 0}, {control_.get(), POLLIN, 0}};
    for (const auto& node : nodes_)
      waiting.push_back({node.output_fd(), POLLIN, 0});
    auto due = keeper_.next_tick();
    if (check_) {
      waiting.push_back({check_->output_fd(), POLLIN, 0});
      due = std::min(due.value_or(check_->deadline()), check_->deadline());
    }
    int timeout_ms = -1;
    if (due)
      timeout_ms = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
        std::chrono::ceil<std::chrono::milliseconds>(*due - steady_clock::now()).count(), 0, 60'000));
    if (::poll(waiting.data(), waiting.size(), timeout_ms) == -1 && errno != EINTR)
      check(-1, "poll");
  }

  void see_signals() {
    while (const auto signal = signals_.take()) {
      switch (stop_requests_.arrived(*signal)) {
        case stop_requests::answer::stop:
          keeper_.stop();
          break;
        case stop_requests::answer::break_off:
          keeper_.kill();
          break;
        case stop_requests::answer::ignore:
          output_.complain("SIGHUP is ignored, since there is no terminal that could have hung up");
          break;
        case stop_requests::answer::go_on:
          break;
      }
    }
  }

  void see_nodes() {
    for (auto& node : nodes_) {
      const auto had_come_up = node.has_come_up();
      const auto had_caught_up = node.has_caught_up();
      node.forward_output();
      const auto status = node.take_end();
      if (node.has_come_up() && !had_come_up)
        keeper_.came_up();
      if (node.has_caught_up() && !had_caught_up)
        keeper_.caught_up(node.name(), steady_clock::now());
      if (status)
        keeper_.ended(node.name(), to_end(*status, node.last_lines()), steady_clock::now());
    }
  }

  void requested(restart_requester requester) {
    if (auto reason = keeper_.reason_not_to_restart())
      return requester.refuse(*reason);
    if (check_)
      return requester.refuse("a rolling restart is going on already");
    try {
      check_.emplace(program_, cluster_file_, steady_clock::now());
      requester_.emplace(std::move(requester));
    } catch (const std::system_error& error) {
      requester.refuse(fmt::format("the cluster file cannot be checked: {}", error.what()));
    }
  }

  void see_check() {
    if (!check_)
      return;
    const auto result = check_->take_result(steady_clock::now());
    if (!result)
      return;
    check_.reset();
    const auto reason = result->has_value() ? keeper_.restart((*result)->cluster, (*result)->nodes, steady_clock::now())
                                            : result->error();
    if (reason)
      std::exchange(requester_, std::nullopt)->refuse(fmt::format("{}\nno node has been stopped", *reason));
  }

  // -- what is to be done --------------------------------------------------------------------------------------------

  void obey() {
    for (auto commands = keeper_.take_commands(); !commands.empty(); commands = keeper_.take_commands())
      for (const auto& command : commands)
        obey(command);
  }

  void obey(const keeper_command& command) {
    switch (command.action) {
      case keeper_command::what::start:
        return start(command.node);
      case keeper_command::what::stop:
        return process_of(command.node).stop();
      case keeper_command::what::kill:
        return process_of(command.node).kill();
      case keeper_command::what::say:
        return output_.complain(command.text);
      case keeper_command::what::tell:
        return requester_->tell(command.text);
      case keeper_command::what::end_restart:
        requester_->end(command.code);
        return requester_.reset();
    }
  }

  void start(const std::string& name) {
    try {
      process_of(name).start();
    } catch (const std::system_error& error) {
      keeper_.ended(name, {exit_code::failed, fmt::format("cannot be started: {}", error.what())}, steady_clock::now());
    }
  }

  node_process& process_of(const std::string& name) {
    const auto found =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) { return node.name() == name; });
    return found == nodes_.end() ? nodes_.emplace_back(program_, cluster_file_, name, output_.out) : *found;
  }

  std::string program_;
  std::string cluster_file_;
  process_signals signals_{child_signals::told};
  file_descriptor control_;
  stop_requests stop_requests_;
  cluster_keeper keeper_;
  runner_output output_;
  /// Each node that has ever been started.
  std::list<node_process> nodes_;
  std::optional<file_check> check_;
  /// From its request until it has its verdict.
  std::optional<restart_requester> requester_;
};

} // namespace

exit_code run_cluster(const cluster_config& cluster, const std::string& cluster_file) {
  auto control = listen_for_control(cluster_file);
  if (!control) {
    complain(describe(control.error(), cluster_file));
    return exit_code::failed;
  }
  return cluster_runner{cluster, cluster_file, std::move(*control)}.run();
}

exit_code restart_cluster(const std::string& cluster_file) {
  const auto runner = connect_control(cluster_file);
  if (!runner) {
    complain(describe(runner.error(), cluster_file));
    return exit_code::failed;
  }
  // The exit code says how it ends, whether or not anybody can follow.
  const auto verdict =
    follow_restart(*runner, [](std::string_view line) { static_cast<void>(write_out(crdt::printable(line) + '\n')); });
  if (!verdict)
    complain(verdict.error());
  else if (*verdict == exit_code::failed)
    complain(fmt::format("not all nodes of {} are restarted; mend what is said above, and ask again",
                         crdt::printable_briefly(cluster_file)));
  return verdict.value_or(exit_code::failed);
}

exit_code check_cluster(const cluster_config& cluster) {
  return write_out(to_lines({cluster.name, places_of(cluster)})) ? exit_code::done : exit_code::unwritten;
}

} // namespace ariadne
