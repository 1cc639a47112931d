#include "test/support/settled.hpp"

#include "test/support/eventually.hpp"

#include <set>
#include <stdexcept>

namespace ariadne::test {

namespace {

bool has_settled(node_client& node, const std::set<std::string>& expected) {
  std::set<std::string> up;
  for (const auto& member : node.members())
    if (member.state == member_state::up)
      up.insert(member.name);
  if (up != expected)
    return false;
  const auto status = node.status();
  return status && status->replica.caught_up && status->replica.neighbours + 1 == expected.size();
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
