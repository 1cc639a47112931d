#include "app/node.hpp"

#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/system_config.hpp"
#include "app/ask.hpp"
#include "app/duration.hpp"
#include "app/minotaur/host.hpp"
#include "app/minotaur/protocol.hpp"
#include "app/supervisor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace ariadne {

namespace {

using namespace std::chrono_literals;

struct node_system_config : caf::actor_system_config {
  explicit node_system_config(const cluster_config& cluster) {
    configure_with_network(*this);
    add_message_types<caf::id_block::ariadne_minotaur>();
    set("scheduler.policy",
        cluster.scheduler_policy == scheduler_policy::sharing ? caf::atom("sharing") : caf::atom("stealing"));
    if (cluster.scheduler_threads > 0)
      set("scheduler.max-threads", std::size_t{cluster.scheduler_threads});
  }
};

/// SIGTERM and SIGINT, kept from interrupting anything until they are waited for.
class stop_signals {
public:
  stop_signals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// Returns at the first signal; from then on they have their default effect, which ends the process.
  void wait() {
    int signal = 0;
    sigwait(&signals_, &signal);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  }

private:
  sigset_t signals_;
};

constexpr std::string_view to_text(log_level level) {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "unknown";
}

log_sink log_to_stderr(log_level least, std::string node) {
  return [least, node = std::move(node)](log_level level, std::string_view text) {
    if (level < least)
      return;
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    // One write for the whole line, or the lines of several threads would mix.
    const auto line =
      fmt::format("{:%FT%T}.{:03}Z {:<7} {}: {}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                  now.time_since_epoch().count() % 1000, to_text(level), node, text);
    std::fwrite(line.data(), 1, line.size(), stderr);
  };
}

supervisor_options options_of(const cluster_config& cluster, const node_config& self, const log_sink& log) {
  supervisor_options options;
  options.handoff.cluster = cluster.name;
  options.handoff.node = self.name;
  options.handoff.limits = cluster.limits;
  options.handoff.log = log;
  options.membership.cluster = cluster.name;
  options.membership.node = self.name;
  options.membership.address = {self.host, self.port};
  options.membership.reconnect_min = cluster.reconnect_min;
  options.membership.reconnect_max = cluster.reconnect_max;
  options.membership.log = log;
  options.address = {self.host, self.port};
  options.log = log;
  for (const auto& node : cluster.nodes)
    if (node.name != self.name) {
      options.handoff.expected_nodes.push_back(node.name);
      options.membership.seeds.push_back({node.name, {node.host, node.port}});
    }
  return options;
}

/// Whatever is asked keeps a time limit of its own; this is for an actor that has died.
constexpr auto grace = 2s;

/// Stops the sessions, hands over what the node holds, and leaves the cluster.
exit_code stop_gracefully(caf::actor_system& system, const cluster_config& cluster, const minotaur::host_actor& games,
                          const supervisor_actor& supervisor, const log_sink& log) {
  auto result = exit_code::done;
  auto incomplete = [&](const std::string& what) {
    log(log_level::error, what);
    result = exit_code::drain_incomplete;
  };

  log(log_level::info, "stopping: stashing the games");
  auto not_stashed = ask<std::vector<std::string>>(system, games, cluster.drain_timeout + grace, minotaur::stop_atom_v);
  if (!not_stashed)
    incomplete(fmt::format("the games could not be stashed: {}", describe(not_stashed.error())));
  else
    for (const auto& key : *not_stashed)
      incomplete(fmt::format("not stashed: {}", key));

  log(log_level::info, fmt::format("stopping: handing over, for {} at most", to_string(cluster.drain_timeout)));
  auto handoff = ask<state_handoff_actor>(system, supervisor, cluster.drain_timeout, handoff_atom_v);
  caf::expected<drain_report> report =
    !handoff ? handoff.error()
             : ask<drain_report>(system, *handoff, cluster.drain_timeout + grace, drain_atom_v,
                                 static_cast<std::uint64_t>(cluster.drain_timeout.count()));
  if (!report) {
    incomplete(fmt::format("the state could not be handed over: {}", describe(report.error())));
  } else if (!report->complete) {
    incomplete(fmt::format("not everything was handed over within {}", to_string(cluster.drain_timeout)));
    for (const auto& key : report->not_handed_over)
      incomplete(fmt::format("not handed over: {}", key));
  } else {
    log(log_level::info, fmt::format("stopping: everything is handed over; other nodes present: {}", report->members));
  }

  if (auto all_told = ask<bool>(system, supervisor, grace, leave_atom_v); !all_told || !*all_told)
    log(log_level::warning, "not all other nodes could be told that this one leaves");
  return result;
}

} // namespace

exit_code run_node(const cluster_config& cluster, const std::string& name) {
  const auto node = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                 [&](const node_config& candidate) { return candidate.name == name; });
  if (node == cluster.nodes.end()) {
    std::vector<std::string_view> names;
    for (const auto& other : cluster.nodes)
      names.push_back(other.name);
    fmt::print(stderr, "ariadne: cluster {} has no node {}; its nodes are {}\n", cluster.name, name,
               fmt::join(names, ", "));
    return exit_code::usage;
  }

  // Nobody may be reading the log any more.
  std::signal(SIGPIPE, SIG_IGN);
  stop_signals signals;
  std::promise<std::string> failure;
  auto failed = failure.get_future();
  const auto log = log_to_stderr(cluster.log_level, name);
  node_system_config config{cluster};
  caf::actor_system system{config};

  auto options = options_of(cluster, *node, log);
  options.on_failure = [&failure](std::string reason) {
    failure.set_value(std::move(reason));
    ::kill(::getpid(), SIGTERM);
  };
  const auto supervisor = spawn_supervisor(system, std::move(options));
  if (!ask<state_handoff_actor>(system, supervisor, caf::infinite, handoff_atom_v)) {
    fmt::print(stderr, "ariadne: {}\n", failed.get());
    return exit_code::failed;
  }

  const auto games = minotaur::spawn_host(
    system, {.handoff = [&system] { return system.registry().get<state_handoff_actor>(handoff_atom_v); }, .log = log});
  system.registry().put(minotaur::minotaur_atom_v, games);
  fmt::print("ariadne: node {} of cluster {} ready at {}\n", name, cluster.name,
             to_string(endpoint{node->host, node->port}));
  std::fflush(stdout);

  signals.wait();
  auto result = exit_code::failed;
  if (failed.wait_for(0s) == std::future_status::ready)
    fmt::print(stderr, "ariadne: {}\n", failed.get());
  else
    result = stop_gracefully(system, cluster, games, supervisor, log);
  caf::anon_send_exit(games, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  return result;
}

} // namespace ariadne
