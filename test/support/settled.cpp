#include "test/support/settled.hpp"

#include "test/support/eventually.hpp"

#include <set>
#include <stdexcept>

namespace ariadne::test {

namespace {

/// Whether the node sees these as up, and has all that the others of them have, by whichever way it comes to it. Nodes
/// that have never run, and so may hold what nobody knows of, do not matter.
bool has_settled(node_client& node, const std::set<std::string>& expected) {
  std::set<std::string> up;
  std::set<std::uint64_t> replicas;
  for (const auto& member : node.members())
    if (member.state == member_state::up) {
      up.insert(member.name);
      replicas.insert(member.replica);
    }
  const auto status = up == expected ? node.status() : std::nullopt;
  if (!status)
    return false;
  replicas.erase(status->replica.replica);
  for (const auto& link : status->replica.links)
    if (link.caught_up)
      replicas.erase(link.replica);
  return replicas.empty();
}

} // namespace

void wait_until_settled(const std::map<std::string, node_client*>& nodes) {
  std::set<std::string> names;
  for (const auto& [name, node] : nodes)
    names.insert(name);
  const auto settled = eventually([&] {
    for (const auto& [name, node] : nodes)
      if (!has_settled(*node, names))
        return false;
    return true;
  });
  if (!settled)
    throw std::runtime_error("the nodes do not find each other");
}

} // namespace ariadne::test
