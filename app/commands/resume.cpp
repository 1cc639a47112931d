#include "app/commands/resume.hpp"

#include "actors/internal/session_resumption.hpp"
#include "app/client/named_node.hpp"
#include "app/client/node_request.hpp"
#include "app/config/duration.hpp"
#include "app/output/output.hpp"

#include <CLI/CLI.hpp>
#include <caf/sec.hpp>
#include <fmt/format.h>

#include <chrono>

namespace ariadne {

namespace {

/// How a node of 0.3.0 answers, which does not know the request: with certificates, its guard does.
bool is_unknown(const caf::error& error) {
  return error == caf::sec::unexpected_message
         || (error == ec::refused && describe(error).ends_with("an operator may not speak to what is not for clients"));
}

fallible<std::chrono::milliseconds> resume(caf::actor_system& system, node_connection& there,
                                           const session_host_actor& host) {
  asker self{system};
  const auto wait_ms = self.ask<std::uint64_t>(caf::actor_cast<session_resuming_actor>(host), there.remaining(),
                                               start_atom_v, expected_atom_v);
  if (wait_ms)
    return std::chrono::milliseconds{*wait_ms};
  if (is_unknown(wait_ms.error()))
    return tl::unexpected(
      failure{fmt::format("{}: the node is of 0.3.0 or before, and does not know this request; restart it with "
                          "cold_start = \"alone\" in [storage]",
                          to_string(there.address()))});
  return tl::unexpected(there.describe_failure(wait_ms.error()));
}

} // namespace

CLI::App* resume_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "resume",
                         "Have a node start the sessions of its journal, which wait for a majority of the nodes");
  add_node_name(*sub, resumed_node);
  sub->add_flag("--anyway", is_anyway, "Although it has not met a majority of the nodes since its start")->required();
  return sub->footer("After the end of all nodes, sessions wait until a majority of the nodes of the cluster file\n"
                     "has been met, since a later state may be on the disk of one that is away. This has NODE start\n"
                     "them all the same, from what it and those that it has met have, once its cold_start_wait is\n"
                     "over; until it restarts. One node is enough: the others find its sessions running. What only\n"
                     "nodes that are away have of these sessions is lost. Never do so on two sides of a divided\n"
                     "network: both would run them.\n"
                     "It is refused if nothing waits, and with minority = \"pause\".");
}

fallible<exit_code> resume_command::run_at(const contact_points& points) const {
  const auto visit = [&](caf::actor_system& system, node_connection& client) {
    return visit_named(system, client, resumed_node, [&](node_connection& there) {
      return there.session_host()
        .and_then([&](const session_host_actor& host) { return resume(system, there, host); })
        .map([this](std::chrono::milliseconds wait) {
          write_receipt(fmt::format("{} starts its sessions without a majority of the nodes{}\n", resumed_node,
                                    wait.count() == 0 ? "" : ", in " + to_string(wait)));
          return exit_code::done;
        });
    });
  };
  return carry_out({.visit = visit}, points, timeout);
}

} // namespace ariadne
