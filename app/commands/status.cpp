#include "app/commands/status.hpp"

#include "app/client/node_request.hpp"
#include "app/output/node_report.hpp"
#include "app/output/output.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace ariadne {

namespace {

fallible<node_report> ask_status(node_connection& client) {
  auto status = client.handoff().and_then(
    [&](const state_handoff_actor& handoff) { return client.ask<node_status>(handoff, status_atom_v); });
  if (!status)
    return tl::unexpected(status.error());
  auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  // A node that hosts no sessions, or none at the moment, has a status all the same.
  auto hosting = client.session_host().and_then(
    [&](const session_host_actor& host) { return client.ask<session_host_status>(host, status_atom_v); });
  return node_report{std::move(*status), std::move(*members),
                     hosting ? std::optional{std::move(*hosting)} : std::nullopt, client.is_secured()};
}

} // namespace

CLI::App* status_command::declare(CLI::App& parent) {
  return declare_as(parent, "status", "Show a node, its replica, the members that it knows, and the sessions of each");
}

fallible<exit_code> status_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) {
    return ask_status(client)
      .and_then(
        [this](const node_report& report) { return write_out(json ? json_line(to_json(report)) : to_table(report)); })
      .map([] { return exit_code::done; });
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
