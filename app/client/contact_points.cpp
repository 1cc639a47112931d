#include "app/client/contact_points.hpp"

#include "actors/network/discovery.hpp"

#include <fmt/format.h>

namespace ariadne {

fallible<std::vector<endpoint>> addresses_of(const cluster_config& cluster) {
  std::vector<endpoint> result;
  for (const auto& node : cluster.nodes)
    result.push_back({node.host, node.port});
  if (!result.empty() || !cluster.discovery)
    return result;
  auto found = look_up(*cluster.discovery);
  if (!found)
    return tl::unexpected(
      failure{fmt::format("no nodes are found by the name {}: {}", cluster.discovery->name, found.error())});
  return std::move(*found);
}

} // namespace ariadne
