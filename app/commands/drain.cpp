#include "app/commands/drain.hpp"

#include "app/client/named_node.hpp"
#include "app/client/node_request.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace ariadne {

namespace {

using namespace std::chrono_literals;

exit_code tell(const std::string& node, const std::vector<leftover>& left, bool as_json) {
  if (as_json) {
    auto leftovers = nlohmann::json::array();
    for (const auto& [what, why] : left)
      leftovers.push_back({{"what", what}, {"why", why}});
    write_receipt(json_line({{"drained", node}, {"complete", left.empty()}, {"leftovers", std::move(leftovers)}}));
  } else if (left.empty()) {
    write_receipt(fmt::format("{} has moved its sessions, and takes over none until it restarts\n", node));
  }
  if (left.empty())
    return exit_code::done;
  if (!as_json)
    for (const auto& [what, why] : left)
      complain(fmt::format("{}: {}", crdt::printable(what), crdt::printable(why)));
  return exit_code::drain_incomplete;
}

/// Why nothing is to be drained: a session that is moved to nobody would stop. Nothing if there is somebody.
fallible<void> check_others(const session_host_status& status) {
  const auto takes_over = [&](const hosting_node& host) {
    return host.node != status.node && !host.is_draining && !host.is_cordoned;
  };
  if (status.running == 0 || std::any_of(status.hosts.begin(), status.hosts.end(), takes_over))
    return {};
  return tl::unexpected(failure{fmt::format(
    "no other node is up that takes over sessions; {} keeps the {} that it runs", status.node, status.running)});
}

} // namespace

drain_command::drain_command() {
  timeout = 30s;
}

CLI::App* drain_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "drain",
                         "Have a node move its sessions to other nodes, and take over none until it restarts; its "
                         "process stays");
  sub->get_option("--timeout")->description("How long to wait at most, such as 500ms or 2m; 30s by default");
  add_node_name(*sub, drained_node);
  return sub->footer("Nothing is lost if the node is stopped before it has ended. What it could not move within its\n"
                     "session_stop_timeout is told on stderr, and the exit code is 3; the node goes on moving it.");
}

fallible<exit_code> drain_command::run_at(const contact_points& points) const {
  const auto ask = [this](node_connection& there) {
    return there.session_host()
      .and_then([&](const session_host_actor& host) {
        return there.ask<session_host_status>(host, status_atom_v).and_then(check_others).map([&] { return host; });
      })
      .and_then([&](const session_host_actor& host) { return there.ask<std::vector<leftover>>(host, drain_atom_v); })
      .map([this](const std::vector<leftover>& left) { return tell(drained_node, left, json); });
  };
  const auto visit = [&](caf::actor_system& system, node_connection& client) {
    return visit_named(system, client, drained_node, ask);
  };
  return carry_out({.visit = visit}, points, timeout);
}

} // namespace ariadne
