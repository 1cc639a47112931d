#include "app/cluster/restart_order.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ariadne {

namespace {

int group_of(const replaced_node& node) {
  if (node.new_address.empty())
    return 0;
  if (node.old_address.empty())
    return 1;
  return node.has_caught_up ? 3 : 2;
}

} // namespace

tl::expected<std::vector<std::string>, std::string> restart_order(std::vector<replaced_node> nodes) {
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto& left, const auto& right) { return group_of(left) < group_of(right); });
  std::vector<std::string> order;
  while (!nodes.empty()) {
    const auto is_free = [&](const replaced_node& candidate) {
      return std::none_of(nodes.begin(), nodes.end(), [&](const replaced_node& other) {
        return &other != &candidate && !candidate.new_address.empty() && other.old_address == candidate.new_address;
      });
    };
    const auto next = std::find_if(nodes.begin(), nodes.end(), is_free);
    if (next == nodes.end()) {
      std::vector<std::string> names;
      for (const auto& node : nodes)
        names.push_back(node.name);
      return tl::unexpected(fmt::format("nodes {} exchange their addresses, so none can be restarted first; stop the "
                                        "cluster, and start it anew",
                                        fmt::join(names, ", ")));
    }
    order.push_back(next->name);
    nodes.erase(next);
  }
  return order;
}

} // namespace ariadne
