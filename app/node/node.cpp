#include "app/node/node.hpp"

#include "actors/answer_budget.hpp"
#include "actors/ask.hpp"
#include "actors/caf_edition.hpp"
#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/internal/caf_edition_prints.hpp"
#include "actors/session_host.hpp"
#include "actors/supervisor.hpp"
#include "actors/system_config.hpp"
#include "app/config/duration.hpp"
#include "app/config/node_options.hpp"
#include "app/minotaur/game_kind.hpp"
#include "app/node/caught_streams.hpp"
#include "app/node/file_reader.hpp"
#include "app/node/node_log.hpp"
#include "app/node/node_signals.hpp"
#include "app/node/watchdog.hpp"
#include "app/process/service_manager.hpp"
#include "crdt/printable_text.hpp"
#include "ops/admin_server.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <malloc.h>

namespace ariadne {

namespace {

using namespace std::chrono_literals;

struct node_system_config : caf::actor_system_config {
  node_system_config(const cluster_config& cluster, const network_security& security) {
    configure_with_network(*this, security);
    use_scheduler(*this, cluster);
  }
};

/// Says on stdout what other programs wait for, and to the service manager: each line once, and that the node is ready
/// before all else. Thread-safe.
class announcer {
public:
  announcer(const cluster_config& cluster, const node_config& self, node_log& log, const service_manager& manager)
    : log_(log), manager_(manager), node_(fmt::format("node {} of cluster {}", self.name, cluster.name)) {}

  void found_at(const endpoint& address) {
    const std::lock_guard lock{mutex_};
    address_ = to_string(address);
  }

  void ready() {
    const std::lock_guard lock{mutex_};
    say("ready at " + address_);
    manager_.ready(fmt::format("{} ready at {}", node_, address_));
    is_ready_ = true;
    if (has_caught_up_)
      say_caught_up();
  }

  void caught_up() {
    const std::lock_guard lock{mutex_};
    if (!std::exchange(has_caught_up_, true) && is_ready_)
      say_caught_up();
  }

private:
  void say_caught_up() const {
    say("caught up");
    manager_.status(fmt::format("{} at {} caught up", node_, address_));
  }
  void say(const std::string& what) const {
    log_.announce(fmt::format("ariadne: {} {}", node_, what));
  }

  node_log& log_;
  const service_manager& manager_;
  std::string node_;
  std::string address_;
  std::mutex mutex_;
  bool is_ready_ = false;
  bool has_caught_up_ = false;
};

/// Whatever is asked keeps a time limit of its own; this is for an actor that has died.
constexpr auto grace = 2s;

/// Says of each leftover of a drain what it is, page by page: there may be as many as there are keys.
template <class Say>
void report_leftovers(caf::actor_system& system, const state_handoff_actor& handoff, drain_report report, Say say) {
  leftovers_page page{std::move(report.leftovers), report.next_leftover};
  for (;;) {
    for (const auto& [key, reason] : page.leftovers)
      say({log_level::error,
           log_event::not_handed_over,
           "not handed over: {key}: {reason}",
           {{"key", crdt::escaped_briefly(key)}, {"reason", reason}}});
    if (page.next == 0)
      return;
    auto next = ask<leftovers_page>(system, handoff, grace, leftovers_atom_v, page.next);
    if (!next)
      return say({log_level::error,
                  log_event::not_handed_over,
                  "not handed over: more keys, which the node could not list: {reason}",
                  {{"reason", describe(next.error())}}});
    page = std::move(*next);
  }
}

/// Has the sessions stopped, hands over what the node holds, and leaves the cluster.
exit_code stop_gracefully(caf::actor_system& system, const cluster_config& cluster, const supervisor_actor& supervisor,
                          const service_manager& manager, const log_sink& log) {
  auto result = exit_code::done;
  auto incomplete = [&](const log_entry& entry) {
    log(entry);
    result = exit_code::drain_incomplete;
  };

  // Each of the three questions below may take its time, and the grace.
  manager.stopping(cluster.session_stop_timeout + 2 * cluster.drain_timeout + 3 * grace,
                   "stopping: handing over what this node holds");
  log({log_level::info,
       log_event::stopping,
       fmt::format("stopping: the sessions stash, for {} at most; then handing over, for {} at most",
                   to_string(cluster.session_stop_timeout), to_string(cluster.drain_timeout)),
       {{"session_stop_timeout_ms", cluster.session_stop_timeout.count()},
        {"drain_timeout_ms", cluster.drain_timeout.count()}}});
  auto handoff = ask<state_handoff_actor>(system, supervisor, cluster.drain_timeout + grace, handoff_atom_v);
  caf::expected<drain_report> report =
    !handoff ? handoff.error()
             : ask<drain_report>(system, *handoff, cluster.session_stop_timeout + cluster.drain_timeout + grace,
                                 drain_atom_v, static_cast<std::uint64_t>(cluster.session_stop_timeout.count()),
                                 static_cast<std::uint64_t>(cluster.drain_timeout.count()));
  if (!report) {
    incomplete({log_level::error,
                log_event::not_handed_over,
                "the state could not be handed over: {reason}",
                {{"reason", describe(report.error())}}});
  } else if (!report->complete) {
    incomplete({log_level::error,
                log_event::not_handed_over,
                fmt::format("not everything was handed over within {}", to_string(cluster.drain_timeout)),
                {{"drain_timeout_ms", cluster.drain_timeout.count()}}});
    report_leftovers(system, *handoff, std::move(*report), incomplete);
  } else if (report->members == 0) {
    log({log_level::warning, log_event::nobody_takes_over,
         "stopping: no other node is up to take over what this node holds"});
  } else {
    log({log_level::info,
         log_event::handed_over,
         "stopping: everything is handed over; other nodes present: {members}",
         {{"members", report->members}}});
  }

  if (auto all_told = ask<bool>(system, supervisor, grace, leave_atom_v); !all_told || !*all_told)
    log({log_level::warning, log_event::leave_not_told, "not all other nodes could be told that this one leaves"});
  return result;
}

/// Lets people and programs look at the node, if they are to. The error is one sentence without a final stop.
tl::expected<std::unique_ptr<admin_server>, std::string> open_to_view(caf::actor_system& system,
                                                                      const supervisor_actor& supervisor,
                                                                      const node_config& self, const log_sink& log) {
  if (!self.admin)
    return nullptr;
  auto names = self.admin_names;
  names.push_back(self.host);
  try {
    return std::make_unique<admin_server>(system, supervisor, admin_options{*self.admin, std::move(names), log});
  } catch (const std::system_error& error) {
    return tl::unexpected(std::string{error.what()});
  }
}

/// Without tcmalloc: glibc leaves small pieces that are freed as they are, and merges all of them at the next large
/// allocation: after half a million keys have been erased, that takes 16 ms. Merged one by one, they take no time that
/// can be measured.
void spread_work_of_allocator() {
  mallopt(M_MXFAST, 0);
}

void limit_answers(const crdt::replica_limits& limits) {
  answer_limits answers;
  answers.client_bytes_max = limits.value_bytes_max + (std::size_t{16} << 20);
  answers.total_bytes_max = std::max(answers.total_bytes_max, answers.client_bytes_max);
  answer_budget::of_process()->set_limits(answers);
}

auto logged_options(const program_config& cluster, const node_config& self, const log_sink& log) {
  auto result = options_for_node(cluster, self);
  log_to(result, log);
  result.hosting.kinds["minotaur"] = minotaur::game_kind(cluster.minotaur);
  return result;
}

/// Waits in a thread of its own for the node to come into service, since signals are to be heard meanwhile. It ends
/// with the supervisor at the latest.
class service_start {
public:
  service_start(caf::actor_system& system, const supervisor_actor& supervisor, node_signals& signals)
    : started_(start_.get_future()), asking_([this, &system, &supervisor, &signals] {
        start_.set_value(
          static_cast<bool>(ask<state_handoff_actor>(system, supervisor, caf::infinite, handoff_atom_v)));
        signals.wake();
      }) {
    signals.wait([this] { return is_over(); });
    is_ready_ = is_over() && started_.get();
  }
  ~service_start() {
    asking_.join();
  }

  bool is_ready() const {
    return is_ready_;
  }

private:
  bool is_over() const {
    return started_.wait_for(0s) == std::future_status::ready;
  }

  std::promise<bool> start_;
  std::future<bool> started_;
  bool is_ready_ = false;
  std::thread asking_;
};

exit_code report_failure(node_log& output, const node_failure& failure) {
  output.complain(failure.reason);
  switch (failure.code) {
    // Started again, it would end again.
    case ec::name_taken:
      return exit_code::usage;
    case ec::storage_foreign:
      return exit_code::storage_foreign;
    case ec::storage_in_use:
      return exit_code::storage_in_use;
    case ec::storage_format_unknown:
      return exit_code::storage_format_unknown;
    case ec::storage_damaged:
      return exit_code::storage_damaged;
    case ec::storage_unusable:
      return exit_code::storage_unusable;
    case ec::storage_clock_behind:
      return exit_code::storage_clock_behind;
    default:
      return exit_code::failed;
  }
}

} // namespace

tl::expected<node_config, std::string> select_node(const cluster_config& cluster, const std::string& name,
                                                   const std::optional<endpoint>& listen) {
  const auto node = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                 [&](const node_config& candidate) { return candidate.name == name; });
  if (node != cluster.nodes.end() && listen)
    return tl::unexpected(fmt::format("cluster {} lists node {}, which listens at {}", cluster.name, name,
                                      to_string(endpoint{node->host, node->port})));
  if (node != cluster.nodes.end())
    return *node;
  if (!is_name(name))
    return tl::unexpected(fmt::format("--name {}", name_rule()));
  if (listen)
    return node_config{.name = name, .host = listen->host, .port = listen->port};
  if (cluster.nodes.empty())
    return tl::unexpected(fmt::format("cluster {} lists no nodes: give --listen HOST:PORT, where node {} accepts "
                                      "connections",
                                      cluster.name, name));
  return tl::unexpected(fmt::format("cluster {} has no node {}; its nodes are {}. Another one may join with --listen",
                                    cluster.name, name, names_of(cluster.nodes)));
}

exit_code run_node(const program_config& cluster, const node_config& self, const std::string& file,
                   node_settings settings) {
  spread_work_of_allocator();
  const auto manager = service_manager::from_environment();
  node_signals signals;
  std::promise<node_failure> failure;
  auto failed = failure.get_future();
  node_log output{cluster.log_level, format_for(cluster.log_format), self.name, cluster.name};
  const auto log = output.sink();
  signals.log_to(log);
  announcer announced{cluster, self, output, manager};
  const caught_streams printed{[log](std::string_view line) {
    log({log_level::warning, log_event::printed_elsewhere, "{line}", {{"line", line}}});
  }};
  limit_answers(cluster.limits);
  const auto security = security_for_node(cluster, self.name);
  if (!security) {
    output.complain(security.error());
    return exit_code::usage;
  }
  if (security->is_insecure)
    log({log_level::warning, log_event::insecure,
         "insecure = true: whoever reaches the port can read, change and erase all state; see docs/security.md"});
  node_system_config config{cluster, *security};
  caf::actor_system system{config};
  print_to_cout(system);
  output.count_in(tally_of(system));
  const settings_desk told{system, std::move(settings)};

  auto all_options = logged_options(cluster, self, log);
  auto& options = all_options.node;
  options.on_failure = [&](const node_failure& why) {
    failure.set_value(why);
    signals.wake();
  };
  options.on_port_opened = [&announced](const endpoint& address) { announced.found_at(address); };
  options.on_caught_up = [&announced] { announced.caught_up(); };
  add_session_host(options, std::move(all_options.hosting));
  const auto supervisor = spawn_supervisor(system, std::move(options));
  const watchdog watched{manager, system, supervisor};
  const auto viewed = open_to_view(system, supervisor, self, log);
  if (!viewed) {
    output.complain(viewed.error());
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    return exit_code::failed;
  }
  const auto has_failed = [&failed] { return failed.wait_for(0s) == std::future_status::ready; };
  const service_start start{system, supervisor, signals};
  file_reader reader{file,
                     cluster,
                     self.name,
                     output,
                     [&supervisor](const std::vector<seed_node>& nodes) { list_nodes(supervisor, nodes); },
                     security->prefixes};
  signals.on_hang_up([&reader] { reader.read_again(); });
  if (start.is_ready()) {
    announced.ready();
    signals.wait(has_failed);
  }
  auto result = exit_code::done;
  if (has_failed())
    result = report_failure(output, failed.get());
  else if (start.is_ready())
    result = signals.attend([&] { return stop_gracefully(system, cluster, supervisor, manager, log); });
  else
    log({log_level::info, log_event::stopped_early, "stopped before it was in service"});
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  return result;
}

} // namespace ariadne
