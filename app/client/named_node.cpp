#include "app/client/named_node.hpp"

#include "crdt/printable_text.hpp"
#include "ops/node_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace ariadne {

namespace {

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

} // namespace

fallible<exit_code> visit_named(caf::actor_system& system, node_connection& client, const std::string& node,
                                const std::function<fallible<exit_code>(node_connection&)>& visit) {
  const auto address = address_of(client, node);
  if (!address)
    return tl::unexpected(address.error());
  node_connection there{system, *address, std::chrono::milliseconds{client.remaining_ms()}};
  return there.connect().and_then([&] { return visit(there); });
}

} // namespace ariadne
