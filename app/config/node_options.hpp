#pragma once

#include "actors/log.hpp"
#include "actors/network_security.hpp"
#include "actors/node.hpp"
#include "actors/session_host.hpp"
#include "actors/supervisor.hpp"
#include "app/config/cluster_file.hpp"

#include <caf/actor_system_config.hpp>
#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace ariadne {

/// What a cluster file says of a node. What the application runs there is to be added: `hosting.kinds`, then
/// `add_session_host(node, hosting)`, and `node.services`.
struct cluster_node_options {
  supervisor_options node = {};
  session_host_options hosting = {};
  stop_options stop = {};
};

/// The nodes of the file, as `list_nodes` takes them.
std::vector<seed_node> seeds_of(const cluster_config& cluster);

/// The options of a node that is in the file, or joins it.
cluster_node_options options_for_node(const cluster_config& cluster, const node_config& self);

/// The options of a node that is in the file. If it is not, why not: a sentence without a final stop.
tl::expected<cluster_node_options, std::string> options_for_node(const cluster_config& cluster,
                                                                 const std::string& name);

/// How a node that is in the file, or joins it, is connected to others, for `configure_with_network`: reads its
/// certificates, if the file has `[security]`. The error is one sentence without a final stop.
tl::expected<network_security, std::string> security_for_node(const cluster_config& cluster, const std::string& name);

/// Has all parts of the node write their log lines to `log`.
void log_to(cluster_node_options& options, const log_sink& log);

/// Sets what the file says of CAF's scheduler.
void use_scheduler(caf::actor_system_config& config, const cluster_config& cluster);

} // namespace ariadne
