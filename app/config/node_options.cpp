#include "app/config/node_options.hpp"

#include "actors/client_prefixes.hpp"
#include "actors/system_config.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace ariadne {

namespace {

/// Nodes are found by the name of the whole. Who counts is known by name, or not at all.
void discover(supervisor_options& options, const cluster_config& cluster, const std::string& self) {
  options.membership.discovery = cluster.discovery;
  options.handoff.awaits_nodes = cluster.discovery->expect > 1;
  if (cluster.voters.empty())
    return;
  options.handoff.is_listed = false;
  options.handoff.expected_nodes.clear();
  for (const auto& voter : cluster.voters) {
    if (voter == self)
      options.handoff.is_listed = true;
    else
      options.handoff.expected_nodes.push_back(voter);
  }
}

} // namespace

std::vector<seed_node> seeds_of(const cluster_config& cluster) {
  std::vector<seed_node> result;
  for (const auto& node : cluster.nodes)
    result.push_back({node.name, {node.host, node.port}});
  return result;
}

cluster_node_options options_for_node(const cluster_config& cluster, const node_config& self) {
  cluster_node_options result;
  result.node = options_for_node(cluster.name, {self.name, {self.host, self.port}}, seeds_of(cluster));
  if (self.bind)
    result.node.address = *self.bind;
  if (cluster.discovery)
    discover(result.node, cluster, self.name);
  result.node.handoff.limits = cluster.limits;
  result.node.handoff.replication.is = cluster.topology;
  result.node.handoff.replication.neighbours.insert(self.neighbours.begin(), self.neighbours.end());
  result.node.membership.reconnect_min = cluster.reconnect_min;
  result.node.membership.reconnect_max = cluster.reconnect_max;
  result.node.membership.forget_after = cluster.forget_after;
  result.node.membership.heartbeats = cluster.heartbeats;
  result.node.storage = storage_of(cluster.storage, self);
  result.hosting.minority = cluster.minority;
  result.hosting.lease = {static_cast<std::uint64_t>(cluster.lease.count()),
                          static_cast<std::uint64_t>(cluster.lease_guard.count())};
  result.hosting.rebalance_max = cluster.rebalance_max;
  result.hosting.sessions_max = cluster.sessions_max;
  // The answer has to be there before the handoff actor gives up on it.
  result.hosting.drain_timeout = cluster.session_stop_timeout * 9 / 10;
  result.stop = {cluster.session_stop_timeout, cluster.drain_timeout};
  return result;
}

tl::expected<cluster_node_options, std::string> options_for_node(const cluster_config& cluster,
                                                                 const std::string& name) {
  const auto found = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                  [&](const node_config& candidate) { return candidate.name == name; });
  if (found == cluster.nodes.end())
    return tl::unexpected(fmt::format("cluster {} has no node {}; its nodes are {}", cluster.name,
                                      crdt::escaped_briefly(name), names_of(cluster.nodes)));
  return options_for_node(cluster, *found);
}

void log_to(cluster_node_options& options, const log_sink& log) {
  options.node.log = log;
  options.node.handoff.log = log;
  options.node.membership.log = log;
  options.hosting.log = log;
}

void use_scheduler(caf::actor_system_config& config, const cluster_config& cluster) {
  if (cluster.scheduler_policy == scheduler_policy::sharing)
    use_work_sharing(config);
  if (cluster.scheduler_threads > 0)
    use_threads(config, cluster.scheduler_threads);
}

tl::expected<network_security, std::string> security_for_node(const cluster_config& cluster, const std::string& name) {
  if (!cluster.security)
    return network_security{nullptr, cluster.insecure};
  auto loaded = credentials::load(files_of(*cluster.security, name), cluster.name);
  if (!loaded)
    return tl::unexpected(std::move(loaded.error()));
  const auto own = (*loaded)->own();
  if (find_node(own, cluster.name, name) == nullptr)
    return tl::unexpected(fmt::format("the certificate {} is for {}, and not for {}",
                                      files_of(*cluster.security, name).certificate.string(), in_words(own),
                                      in_words(identity{cluster.name, role::node, name})));
  return network_security{.tls = std::move(*loaded),
                          .prefixes = std::make_shared<client_prefixes>(cluster.security->clients)};
}

} // namespace ariadne
