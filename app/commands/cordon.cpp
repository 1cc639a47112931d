#include "app/commands/cordon.hpp"

#include "app/client/node_request.hpp"
#include "ops/node_report.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ariadne {

namespace {

/// The address of a node that the client's node knows as up.
fallible<endpoint> address_of(node_connection& client, const std::string& node) {
  const auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  std::vector<std::string> names;
  for (const auto& member : *members) {
    names.push_back(crdt::escaped(member.name));
    if (member.name != node)
      continue;
    const auto address = endpoint_from_string(member.address);
    if (member.state != member_state::up || !address)
      return tl::unexpected(fmt::format("node {} is {}", node, to_text(member.state)));
    return *address;
  }
  return tl::unexpected(fmt::format("there is no node {}; the nodes are {}", node, fmt::join(names, ", ")));
}

const char* in_words(bool was_cordoned, bool is_cordoned) {
  if (was_cordoned == is_cordoned)
    return is_cordoned ? "was cordoned already" : "was not cordoned";
  return is_cordoned ? "is cordoned" : "is not cordoned any more";
}

} // namespace

CLI::App* cordon_command::declare(CLI::App& parent) {
  auto* sub = is_cordoned
                ? declare_as(parent, "cordon",
                             "Have a node take over no sessions, until it is uncordoned or restarts; it keeps those "
                             "that it runs")
                : declare_as(parent, "uncordon", "Have a node take over sessions again");
  add_node_name(*sub, cordoned_node);
  return sub;
}

fallible<exit_code> cordon_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system& system, node_connection& client) -> fallible<exit_code> {
    const auto address = address_of(client, cordoned_node);
    if (!address)
      return tl::unexpected(address.error());
    node_connection there{system, *address, std::chrono::milliseconds{client.remaining_ms()}};
    return there.connect()
      .and_then([&] { return there.session_host(); })
      .and_then([&](const session_host_actor& host) { return there.ask<bool>(host, cordon_atom_v, is_cordoned); })
      .map([this](bool was_cordoned) {
        write_receipt(fmt::format("{} {}\n", cordoned_node, in_words(was_cordoned, is_cordoned)));
        return exit_code::done;
      });
  };
  return carry_out({.visit = visit}, points, timeout);
}

} // namespace ariadne
